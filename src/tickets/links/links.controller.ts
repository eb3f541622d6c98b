import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../kernel/actor';
import { Call, IdParam } from '../../platform/http/call';
import { type Answers, Answering } from '../../platform/http/idempotency/answers';
import { CurrentActor, IdPipe, NoBody } from '../../platform/http/request';
import { ticketFor, TicketResponse } from '../tickets.dto';
import { TicketsService } from '../tickets.service';
import { IssuedLinkResponse, IssueLink, toIssuedLinkResponse } from './links.dto';
import { LinksService } from './links.service';

@ApiTags('Tickets')
@Controller('tickets')
export class LinksController {
  constructor(private readonly links: LinksService, private readonly tickets: TicketsService) {}

  @Post(':id/links')
  @HttpCode(200)
  @IdParam('ticket')
  @Call({ id: 'issueTicketLink', summary: 'Get a link to pass on', zh: '获取企业答复链接', description: 'For a client that speaks to the enterprise by a way of its own. It asks what the ticket asks now, and opens until that is answered. Its address is told this once: no answer with it is kept under an `Idempotency-Key`, and each call issues another link, of which the first that is answered counts.', answers: { type: IssuedLinkResponse }, problems: ['nothing-asked'] })
  async issue(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: IssueLink, @Answering() answers: Answers): Promise<string> {
    return answers.unkept(async () => this.links.issueToClient(actor, id, body.purpose), toIssuedLinkResponse);
  }

  @Post(':id/receipts')
  @HttpCode(200)
  @IdParam('ticket')
  @Call({ id: 'receiptTicket', once: true, summary: 'Say that the enterprise has what it must answer', zh: '送达回执', description: 'Its time to answer begins now, and nobody has to call in its place. Said again it changes nothing. Answers with the ticket as it then is.', answers: { type: TicketResponse }, problems: ['nothing-asked'] })
  async receive(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @NoBody() _body: undefined, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.links.receive(actor, id, once), ticketFor(actor), async (kept) => this.tickets.get(actor, kept.id));
  }
}
