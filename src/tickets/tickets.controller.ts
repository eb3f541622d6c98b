import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { namesFor } from '../enterprises/domain/contact';
import type { Actor } from '../kernel/actor';
import { Call, IdParam } from '../platform/http/call';
import { type Answers, Answering } from '../platform/http/idempotency/answers';
import { mapPage, type Page, PageQuery, pageOf } from '../platform/http/page';
import { answer, CurrentActor, IdPipe } from '../platform/http/request';
import { LinkagesService } from './linkages/linkages.service';
import { AnswerResponse, EventResponse, isAnswer, TicketTimelineItem, toAnswerResponse, toEventResponse, toTimeline } from './ticket-events.dto';
import { ANSWERS, EVENTS, TIMELINE } from './ticket-pages';
import { RegisterTicket, ticketFor, TicketResponse, TicketsQuery } from './tickets.dto';
import { TicketsService } from './tickets.service';

@ApiTags('Tickets')
@Controller('tickets')
export class TicketsController {
  constructor(private readonly tickets: TicketsService, private readonly linkages: LinkagesService) {}

  @Get()
  @Call({ id: 'listTickets', summary: 'Tickets', zh: '问题台账', description: 'The newest number first. Who oversees sees the park’s; others those that they are on or have registered, their department’s and, as officers and leaders, their enterprises’.', answers: { type: TicketResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: TicketsQuery): Promise<Page<TicketResponse>> {
    return mapPage(await this.tickets.list(actor, query), ticketFor(actor));
  }

  @Get(':id')
  @IdParam('ticket')
  @Call({ id: 'getTicket', summary: 'One ticket', zh: '问题详情', description: 'As it is now, with its clocks and the steps that you may take.', answers: { type: TicketResponse } })
  async get(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<TicketResponse> {
    return answer(reply, ticketFor(actor)(await this.tickets.get(actor, id)));
  }

  @Post()
  @Call({ id: 'registerTicket', once: true, summary: 'Register a ticket', zh: '登记问题', description: 'Its clocks, number and year count from when the server receives it. The guide item’s limits in force today bind, or the park’s own where none is named.', creates: true, answers: { type: TicketResponse }, problems: ['reference-unknown', 'category-unknown', 'enterprise-exited', 'in-future', 'id-taken', 'id-time-out-of-range', 'park-required'] })
  async register(@CurrentActor() actor: Actor, @Body() body: RegisterTicket, @Answering() answers: Answers): Promise<string> {
    return answers.created(async (once) => this.tickets.register(actor, body, once), ticketFor(actor), async (kept) => this.tickets.get(actor, kept.id));
  }

  @Get(':id/answers')
  @IdParam('ticket')
  @Call({ id: 'listTicketAnswers', summary: 'What the enterprise was told', zh: '回音记录', description: 'Answers and explanations, oldest first. What was merged shows those of the ticket that goes on for it, too.', answers: { type: AnswerResponse, list: true }, problems: ['cursor-invalid'] })
  async answers(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Query() query: PageQuery): Promise<Page<AnswerResponse>> {
    const events = await this.tickets.eventsWithSurvivors(actor, id);
    return pageOf(events.filter(isAnswer).map((event) => toAnswerResponse(event, namesFor(actor))), query, `answers-${id}`, ANSWERS);
  }

  @Get(':id/events')
  @IdParam('ticket')
  @Call({ id: 'listTicketEvents', summary: 'What happened to a ticket', zh: '问题流转记录', description: 'Steps and what time did, oldest first. Told again, they give the ticket and its clocks.', answers: { type: EventResponse, list: true }, problems: ['cursor-invalid'] })
  async events(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Query() query: PageQuery): Promise<Page<EventResponse>> {
    return pageOf(await this.#eventsOf(actor, id).then(({ shown }) => shown), query, `events-${id}`, EVENTS);
  }

  @Get(':id/timeline')
  @IdParam('ticket')
  @Call({ id: 'getTicketTimeline', summary: 'The whole story of a ticket', zh: '问题时间线', description: 'Every step, answer, clock and session of a linkage, oldest first.', answers: { type: TicketTimelineItem, list: true }, problems: ['cursor-invalid'] })
  async timeline(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Query() query: PageQuery): Promise<Page<TicketTimelineItem>> {
    const { view, shown } = await this.#eventsOf(actor, id);
    return pageOf(toTimeline(shown, view.ticket.clocks, await this.linkages.readOf(actor, view.row)), query, `ticket-timeline-${id}`, TIMELINE);
  }

  async #eventsOf(actor: Actor, id: string): Promise<{ view: Awaited<ReturnType<TicketsService['get']>>; shown: EventResponse[] }> {
    const { view, events, grades } = await this.tickets.events(actor, id);
    return { view, shown: events.map((event) => toEventResponse(event, grades, namesFor(actor))) };
  }
}
