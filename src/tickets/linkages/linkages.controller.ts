import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../kernel/actor';
import { Call, IdParam } from '../../platform/http/call';
import { type Answers, Answering } from '../../platform/http/idempotency/answers';
import { mapPage, type Order, type Page, PageQuery, pageOf } from '../../platform/http/page';
import { CurrentActor, IdPipe } from '../../platform/http/request';
import { FollowUpsService } from './follow-ups.service';
import {
  CloseLinkage, FinishFollowUp, FollowUpResponse, FollowUpsQuery, LinkageResponse, NewLinkageReply, NewLinkageSession, OpenFollowUpResponse, SetLinkageTeam, toFollowUpResponse, toLinkageResponse,
  toOpenFollowUpResponse,
} from './linkages.dto';
import { LinkagesService } from './linkages.service';
import { EscalateTicket } from '../ticket-steps.dto';
import { TicketsService } from '../tickets.service';

/** Ids are made when a level is opened. */
const OPENED: Order<LinkageResponse> = { types: ['string'], keyOf: ({ id }) => [id] };

@ApiTags('Linkages')
@Controller()
export class LinkagesController {
  constructor(private readonly linkages: LinkagesService, private readonly tickets: TicketsService) {}

  @Get('tickets/:id/linkages')
  @IdParam('ticket')
  @Call({ id: 'listLinkages', summary: 'The linkages of a ticket', zh: '三级联动', description: 'Each level to which it was raised, with team, departments, sessions and outcome, oldest first.', answers: { type: LinkageResponse, list: true }, problems: ['cursor-invalid'] })
  async list(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Query() query: PageQuery): Promise<Page<LinkageResponse>> {
    return pageOf((await this.linkages.list(actor, id)).map(toLinkageResponse), query, `linkages-${id}`, OPENED);
  }

  @Post('tickets/:id/linkages')
  @IdParam('ticket')
  @Call({ id: 'raiseLinkage', once: true, summary: 'Raise a ticket to a level', zh: '启动三级联动', description: 'Takes the step `escalate`. Answers with the linkage of the level. Levels below stay open until somebody reports what they came to, or the ticket ends.', answers: { type: LinkageResponse, status: 201 }, problems: ['step-not-open', 'level-not-higher'] })
  async raise(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: EscalateTicket, @Answering() answers: Answers): Promise<string> {
    return answers.added(async (once) => this.linkages.raise(actor, id, body, once), toLinkageResponse, this.#readable(actor));
  }

  @Post('linkages/:id/team')
  @HttpCode(200)
  @IdParam('linkage')
  @Call({ id: 'setLinkageTeam', once: true, summary: 'Say who comes, and which departments are invited', zh: '联动小组与受邀部门', description: 'By the lead or a supervisor who neither handles the ticket nor collaborates on it. Each given whole; who is not named leaves. They see the ticket.', answers: { type: LinkageResponse }, problems: ['linkage-closed', 'reference-unknown', 'cadre-inactive', 'handler-recused'] })
  async team(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: SetLinkageTeam, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.linkages.changeTeam(actor, id, body, once), toLinkageResponse, this.#readable(actor));
  }

  @Post('linkages/:id/sessions')
  @IdParam('linkage')
  @Call({ id: 'recordLinkageSession', once: true, summary: 'Record a session', zh: '登记会商', description: 'By the lead, a supervisor or a member of the team. A follow-up whose day passes is listed until it is done.', answers: { type: LinkageResponse, status: 201 }, problems: ['linkage-closed', 'in-future', 'date-order', 'reference-unknown', 'cadre-inactive'] })
  async record(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: NewLinkageSession, @Answering() answers: Answers): Promise<string> {
    return answers.added(async (once) => this.linkages.recordSession(actor, id, body, once), toLinkageResponse, this.#readable(actor));
  }

  @Post('linkages/:id/replies')
  @IdParam('linkage')
  @Call({ id: 'replyToLinkage', once: true, summary: 'Reply for an invited department', zh: '受邀部门回复', description: 'By a cadre of the department. The first reply answers the invitation; a department may add to it.', answers: { type: LinkageResponse, status: 201 }, problems: ['linkage-closed'] })
  async reply(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: NewLinkageReply, @Answering() answers: Answers): Promise<string> {
    return answers.added(async (once) => this.linkages.reply(actor, id, body, once), toLinkageResponse, this.#readable(actor));
  }

  @Post('linkages/:id/close')
  @HttpCode(200)
  @IdParam('linkage')
  @Call({ id: 'closeLinkage', once: true, summary: 'Report what a level came to', zh: '联动办结', description: 'By the lead or a supervisor. The ticket goes on; what sessions gave somebody to do stays due. Linkages of a ticket that ends close with it, without an outcome.', answers: { type: LinkageResponse }, problems: ['linkage-closed'] })
  async close(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: CloseLinkage, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.linkages.close(actor, id, body.outcome, once), toLinkageResponse, this.#readable(actor));
  }

  @Post('follow-ups/:id/done')
  @HttpCode(200)
  @IdParam('follow-up')
  @Call({ id: 'finishFollowUp', once: true, summary: 'Say that a follow-up is done', zh: '交办事项完成', description: 'By whom it was given to, the lead or a supervisor.', answers: { type: FollowUpResponse }, problems: ['follow-up-done'] })
  async finish(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: FinishFollowUp, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.linkages.finish(actor, id, body.note, once), toFollowUpResponse, async (kept) => this.linkages.requireFollowUp(actor, kept.id));
  }

  /** Whether somebody sees the ticket changes with its people and departments. */
  #readable(actor: Actor): (kept: LinkageResponse) => Promise<unknown> {
    return async ({ ticketId }) => this.tickets.get(actor, ticketId);
  }
}

@ApiTags('Supervision')
@Controller('supervision')
export class FollowUpsController {
  constructor(private readonly followUps: FollowUpsService) {}

  @Get('follow-ups')
  @Call({ id: 'listFollowUps', summary: 'What sessions gave somebody to do', zh: '会商交办清单', description: 'What is not done, the first due first; with `overdueOnly` what has run out. Who oversees sees the park’s, everybody else their own.', answers: { type: OpenFollowUpResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: FollowUpsQuery): Promise<Page<OpenFollowUpResponse>> {
    return mapPage(await this.followUps.list(actor, query), toOpenFollowUpResponse);
  }
}
