import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../../kernel/actor';
import { Call, IdParam } from '../../platform/http/call';
import { type Answers, Answering } from '../../platform/http/idempotency/answers';
import { mapPage, type Page } from '../../platform/http/page';
import { answer, CurrentActor, IdPipe } from '../../platform/http/request';
import { AcceptMatter, AddResearch, AddTickets, DecideMatter, DismissMatter, MatterResponse, MattersQuery, OpenMatter, toMatterResponse, toWholeMatterResponse, WholeMatterResponse } from './matters.dto';
import { MattersService } from './matters.service';
import { TicketsService } from '../tickets.service';

@ApiTags('Matters')
@Controller('matters')
export class MattersController {
  constructor(private readonly matters: MattersService, private readonly tickets: TicketsService) {}

  @Get()
  @Call({ id: 'listMatters', summary: 'Matters', zh: '普遍关注事项', description: 'Concerns that several enterprises share, the newest first.', answers: { type: MatterResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: MattersQuery): Promise<Page<MatterResponse>> {
    return mapPage(await this.matters.list(actor, query), toMatterResponse);
  }

  @Post()
  @Call({ id: 'openMatter', once: true, summary: 'Open a matter', zh: '新建普遍关注事项', description: 'By a supervisor. A ticket is in one open matter at most, and a guide item has one.', creates: true, answers: { type: WholeMatterResponse }, problems: ['reference-unknown', 'category-unknown', 'matter-exists', 'ticket-in-matter', 'id-taken', 'id-time-out-of-range', 'park-required'] })
  async open(@CurrentActor() actor: Actor, @Body() body: OpenMatter, @Answering() answers: Answers): Promise<string> {
    return answers.created(async (once) => this.matters.open(actor, body, once), toWholeMatterResponse);
  }

  @Get(':id')
  @IdParam('matter')
  @Call({ id: 'getMatter', summary: 'One matter', zh: '普遍关注事项详情', description: 'With what research has found and those of its tickets that you may see.', answers: { type: WholeMatterResponse } })
  async get(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<WholeMatterResponse> {
    return answer(reply, toWholeMatterResponse(await this.matters.get(actor, id)));
  }

  @Post(':id/tickets')
  @HttpCode(200)
  @IdParam('matter')
  @Call({ id: 'addTicketsToMatter', once: true, summary: 'Add tickets', zh: '关联问题', description: 'By a supervisor, while it is open. Tickets that it has already stay.', answers: { type: WholeMatterResponse }, problems: ['matter-not-open', 'reference-unknown', 'ticket-in-matter'] })
  async add(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: AddTickets, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.matters.addTickets(actor, id, body.ticketIds, once), toWholeMatterResponse);
  }

  @Post(':id/research')
  @IdParam('matter')
  @Call({ id: 'addMatterResearch', once: true, summary: 'Note what research has found', zh: '调研记录', description: 'By any cadre who serves, until it is decided or dismissed.', answers: { type: WholeMatterResponse, status: 201 }, problems: ['matter-not-open'] })
  async research(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: AddResearch, @Answering() answers: Answers): Promise<string> {
    return answers.added(async (once) => this.matters.research(actor, id, body.text, once), toWholeMatterResponse, async (kept) => this.#requireReadable(actor, kept));
  }

  @Post(':id/decide')
  @HttpCode(200)
  @IdParam('matter')
  @Call({ id: 'decideMatter', once: true, summary: 'Decide', zh: '事项决定', description: 'By a supervisor. The decision is a final answer on each of its tickets that is open and past registered; those that are registered are left without, and show so.', answers: { type: WholeMatterResponse }, problems: ['matter-not-open'] })
  async decide(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: DecideMatter, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.matters.decide(actor, id, body, once), toWholeMatterResponse);
  }

  @Post(':id/accept')
  @HttpCode(200)
  @IdParam('matter')
  @Call({ id: 'acceptMatter', once: true, summary: 'Accept a proposal', zh: '采纳系统建议', description: 'By a supervisor, with other words if they like. Tickets that another open matter has by now do not join.', answers: { type: WholeMatterResponse }, problems: ['matter-not-open'] })
  async accept(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: AcceptMatter, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.matters.accept(actor, id, body, once), toWholeMatterResponse);
  }

  @Post(':id/dismiss')
  @HttpCode(200)
  @IdParam('matter')
  @Call({ id: 'dismissMatter', once: true, summary: 'Dismiss a proposal', zh: '不予立项', description: 'By a supervisor. Its tickets count for no other proposal.', answers: { type: WholeMatterResponse }, problems: ['matter-not-open'] })
  async dismiss(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: DismissMatter, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.matters.dismiss(actor, id, body.reason, once), toWholeMatterResponse);
  }

  /** Everybody who serves reads matters, of their tickets those that they may see. */
  async #requireReadable(actor: Actor, { id, tickets }: WholeMatterResponse): Promise<void> {
    const shown = new Set((await this.matters.get(actor, id)).tickets.map((one) => one.ticketId));
    for (const ticket of tickets.filter((one) => !shown.has(one.id))) await this.tickets.get(actor, ticket.id);
  }
}
