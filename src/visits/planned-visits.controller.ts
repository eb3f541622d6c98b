import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../kernel/actor';
import { type Answers, Answering } from '../platform/http/idempotency/answers';
import { Call, IdParam } from '../platform/http/call';
import { mapPage, type Page } from '../platform/http/page';
import { CurrentActor, IdPipe, NoBody } from '../platform/http/request';
import { ClosePlannedVisit, PlannedVisitResponse, PlannedVisitsQuery, PlanVisit, toPlannedVisitResponse } from './planned-visits.dto';
import { PlannedVisitsService } from './planned-visits.service';

@ApiTags('Visits')
@Controller('planned-visits')
export class PlannedVisitsController {
  constructor(private readonly plans: PlannedVisitsService) {}

  @Get()
  @Call({ id: 'listPlannedVisits', summary: 'Who intends to visit whom when', zh: '走访计划列表', description: 'By planned day, for everybody in the park, so that nobody visits the same enterprise twice in a week unawares.', answers: { type: PlannedVisitResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: PlannedVisitsQuery): Promise<Page<PlannedVisitResponse>> {
    return mapPage(await this.plans.list(actor, query), toPlannedVisitResponse);
  }

  @Post()
  @Call({ id: 'planVisit', once: true, summary: 'Plan a visit', zh: '制定走访计划', description: 'Answers how often the enterprise is visited anyway, and plans of others within three days that could be joined instead.', creates: true, answers: { type: PlannedVisitResponse }, problems: ['reference-unknown', 'date-order', 'too-far-ahead', 'id-taken', 'id-time-out-of-range', 'park-required'] })
  async plan(@CurrentActor() actor: Actor, @Body() body: PlanVisit, @Answering() answers: Answers): Promise<string> {
    return answers.created(async (once) => this.plans.plan(actor, body, once), toPlannedVisitResponse);
  }

  @Post(':id/decline')
  @HttpCode(200)
  @IdParam('planned visit')
  @Call({ id: 'declinePlannedVisit', once: true, summary: 'The enterprise declines', zh: '企业谢绝走访', description: 'Recorded by the planner, or said by a client that acts for the enterprise; with or without a reason, without penalty to anyone.', answers: { type: PlannedVisitResponse }, problems: ['plan-closed'] })
  async decline(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: ClosePlannedVisit, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.plans.decline(actor, id, body.reason, once), toPlannedVisitResponse);
  }

  @Post(':id/join')
  @HttpCode(200)
  @IdParam('planned visit')
  @Call({ id: 'joinPlannedVisit', once: true, summary: 'Go along', zh: '加入走访计划', description: 'Another officer or leader goes along, so that the enterprise is visited once and not twice.', answers: { type: PlannedVisitResponse }, problems: ['plan-closed', 'plan-joined'] })
  async join(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @NoBody() _body: undefined, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.plans.join(actor, id, once), toPlannedVisitResponse);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @IdParam('planned visit')
  @Call({ id: 'cancelPlannedVisit', once: true, summary: 'Cancel a planned visit', zh: '取消走访计划', description: 'By its planner.', answers: { type: PlannedVisitResponse }, problems: ['plan-closed'] })
  async cancel(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: ClosePlannedVisit, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.plans.cancel(actor, id, body.reason, once), toPlannedVisitResponse);
  }
}
