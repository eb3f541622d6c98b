import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { namesFor } from '../enterprises/domain/contact';
import type { Actor } from '../kernel/actor';
import { type Answers, Answering } from '../platform/http/idempotency/answers';
import { Call, IdParam, TakesIfMatch } from '../platform/http/call';
import { mapPage, type Page } from '../platform/http/page';
import { answer, CurrentActor, GivenVersion, IdPipe, NoBody } from '../platform/http/request';
import { AmendVisit, LogVisit, ReviewVisit, toVisitResponse, VisitResponse, VisitsQuery, VoidVisit } from './visits.dto';
import { VisitsService } from './visits.service';

const LOG_PROBLEMS = ['reference-unknown', 'in-future', 'date-order'] as const;
// Of the issues that were raised on the spot.
const ISSUE_PROBLEMS = ['category-unknown', 'enterprise-exited'] as const;

@ApiTags('Visits')
@Controller('visits')
export class VisitsController {
  constructor(private readonly visits: VisitsService) {}

  @Get()
  @Call({ id: 'listVisits', summary: 'The visit log', zh: '走访记录列表', description: 'Newest first. Officers and leaders see visits of their enterprises and those they took part in; who oversees sees the park’s.', answers: { type: VisitResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: VisitsQuery): Promise<Page<VisitResponse>> {
    return mapPage(await this.visits.list(actor, query), (visit) => toVisitResponse(visit, namesFor(actor)));
  }

  @Get(':id')
  @IdParam('visit')
  @Call({ id: 'getVisit', summary: 'One visit', zh: '走访详情', description: 'A service visit is never an inspection.', answers: { type: VisitResponse } })
  async get(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<VisitResponse> {
    return answer(reply, toVisitResponse(await this.visits.get(actor, id), namesFor(actor)));
  }

  @Post()
  @Call({ id: 'logVisit', once: true, summary: 'Log a visit', zh: '登记走访', description: 'A service visit is never an inspection. The author takes part and is confirmed at once; one that is logged later than the park’s `backdateLimitDays` needs review.', creates: true, answers: { type: VisitResponse }, problems: [...LOG_PROBLEMS, ...ISSUE_PROBLEMS, 'id-taken', 'id-time-out-of-range', 'park-required'] })
  async log(@CurrentActor() actor: Actor, @Body() body: LogVisit, @Answering() answers: Answers): Promise<string> {
    return answers.created(async (once) => this.visits.log(actor, body, once), toVisitResponse, this.#readable(actor));
  }

  @Post(':id/amend')
  @HttpCode(200)
  @IdParam('visit')
  @TakesIfMatch()
  @Call({ id: 'amendVisit', once: true, summary: 'Amend a visit', zh: '更正走访', description: 'By its author within 24 hours, by a supervisor at any time with a reason. What is not named stays, null removes. What it said before is kept.', answers: { type: VisitResponse }, problems: [...LOG_PROBLEMS, 'visit-voided', 'amend-too-late', 'reason-required', 'stale'] })
  async amend(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: AmendVisit, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.visits.amend(actor, id, body, version, once), toVisitResponse, this.#readable(actor));
  }

  @Post(':id/void')
  @HttpCode(200)
  @IdParam('visit')
  @TakesIfMatch()
  @Call({ id: 'voidVisit', once: true, summary: 'Void a visit', zh: '作废走访', description: 'By its author within 24 hours, by a supervisor at any time. It stays on the record and counts for nothing.', answers: { type: VisitResponse }, problems: ['visit-voided', 'amend-too-late', 'stale'] })
  async void(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: VoidVisit, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.visits.void(actor, id, body.reason, version, once), toVisitResponse, this.#readable(actor));
  }

  @Post(':id/review')
  @HttpCode(200)
  @IdParam('visit')
  @TakesIfMatch()
  @Call({ id: 'reviewVisit', once: true, summary: 'Accept or reject a late visit', zh: '复核补录走访', description: 'By a supervisor who took no part in it. An accepted visit counts for its own day.', answers: { type: VisitResponse }, problems: ['visit-voided', 'visit-not-in-review', 'reason-required', 'stale'] })
  async review(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: ReviewVisit, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.visits.review(actor, id, body, version, once), toVisitResponse, this.#readable(actor));
  }

  @Post(':id/confirm-participation')
  @HttpCode(200)
  @IdParam('visit')
  @Call({ id: 'confirmParticipation', once: true, summary: 'Confirm having been there', zh: '确认参与走访', description: 'By a cadre who is named in it; from then on it counts for them, on the visit’s own day.', answers: { type: VisitResponse }, problems: ['visit-voided', 'not-a-participant', 'participation-confirmed'] })
  async confirmParticipation(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @NoBody() _body: undefined, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.visits.confirmParticipation(actor, id, once), toVisitResponse, this.#readable(actor));
  }

  /** Whose visits an officer or leader may read changes with their enterprises. */
  #readable(actor: Actor): (kept: VisitResponse) => Promise<unknown> {
    return async ({ id }) => this.visits.get(actor, id);
  }
}
