import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../kernel/actor';
import { type Answers, Answering } from '../platform/http/idempotency/answers';
import { Call, IdParam } from '../platform/http/call';
import { mapPage, type Page } from '../platform/http/page';
import { CurrentActor, IdPipe } from '../platform/http/request';
import {
  AssignmentResponse, AssignmentsQuery, CreateAssignment, EndAssignment, HandOverAssignment, LapseResponse, LapsesQuery, toAssignmentResponse, toLapseResponse,
} from './assignments.dto';
import { AssignmentsService } from './assignments.service';

@ApiTags('Assignments')
@Controller('assignments')
export class AssignmentsController {
  constructor(private readonly assignments: AssignmentsService) {}

  @Get()
  @Call({ id: 'listAssignments', summary: 'Who owes whom visits', zh: '联系分工列表', description: 'With the standing of each duty as of today.', answers: { type: AssignmentResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: AssignmentsQuery): Promise<Page<AssignmentResponse>> {
    return mapPage(await this.assignments.list(actor, query), toAssignmentResponse);
  }

  @Post()
  @Call({ id: 'createAssignment', once: true, summary: 'Assign an enterprise to a cadre', zh: '新建联系分工', description: 'One at a time per enterprise and capacity. Who follows somebody inherits the enterprise’s clock.', creates: true, answers: { type: AssignmentResponse }, problems: ['assignment-overlaps', 'enterprise-exited', 'reference-unknown', 'cadre-inactive', 'role-missing', 'handler-recused', 'date-order', 'id-taken', 'id-time-out-of-range', 'park-required'] })
  async create(@CurrentActor() actor: Actor, @Body() body: CreateAssignment, @Answering() answers: Answers): Promise<string> {
    return answers.created(async (once) => this.assignments.create(actor, body, once), toAssignmentResponse);
  }

  @Post(':id/end')
  @HttpCode(200)
  @IdParam('assignment')
  @Call({ id: 'endAssignment', once: true, summary: 'End an assignment', zh: '终止联系分工', description: 'From the day on nothing is owed; an open lapse ends as `duty_ended`.', answers: { type: AssignmentResponse }, problems: ['assignment-ended', 'date-order', 'too-far-back'] })
  async end(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: EndAssignment, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.assignments.end(actor, id, body, once), toAssignmentResponse);
  }

  @Post(':id/handover')
  @IdParam('assignment')
  @Call({ id: 'handOverAssignment', once: true, summary: 'Hand an enterprise over', zh: '交接联系分工', description: 'Ends this assignment and starts the successor’s on one day; answers the successor’s. Their first due date lies at least three days after their start.', creates: true, answers: { type: AssignmentResponse }, problems: ['assignment-ended', 'assignment-overlaps', 'reference-unknown', 'cadre-inactive', 'role-missing', 'handler-recused', 'date-order', 'too-far-back', 'id-taken', 'id-time-out-of-range'] })
  async handOver(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: HandOverAssignment, @Answering() answers: Answers): Promise<string> {
    return answers.created(async (once) => this.assignments.handOver(actor, id, body, once), toAssignmentResponse);
  }
}

@ApiTags('Supervision')
@Controller('lapses')
export class LapsesController {
  constructor(private readonly assignments: AssignmentsService) {}

  @Get()
  @Call({ id: 'listLapses', summary: 'Recorded lapses', zh: '逾期走访记录', description: 'Episodes in which a visit was owed and had not been made, newest due date first.', answers: { type: LapseResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: LapsesQuery): Promise<Page<LapseResponse>> {
    return mapPage(await this.assignments.listLapses(actor, query), toLapseResponse);
  }
}
