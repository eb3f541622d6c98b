import { Body, Controller, Get, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../kernel/actor';
import { Problem } from '../kernel/problem';
import { type Answers, Answering } from '../platform/http/idempotency/answers';
import { Call, IdParam } from '../platform/http/call';
import { mapPage, type Page, PageQuery } from '../platform/http/page';
import { answer, CurrentActor, IdPipe, IfMatch } from '../platform/http/request';
import type { CalendarYearVersion } from './calendar-year.entity';
import { CalendarService } from './calendar.service';
import type { WorkingHoursVersion } from './park-settings.entity';
import { CalendarResponse, CreatePark, CreateWorkingHours, isCalendarYear, ParkResponse, PatchPark, PutCalendar, toParkResponse, WorkingHoursResponse } from './parks.dto';
import { ParksService } from './parks.service';
import { CreatePolicy, PolicyResponse, toPolicyResponse } from './policy.dto';

@ApiTags('Parks')
@Controller('parks')
export class ParksController {
  constructor(private readonly parks: ParksService) {}

  @Get()
  @Call({ id: 'listParks', summary: 'Parks in scope', zh: '园区列表', description: 'Sorted by code. A machine client is told of its own unless it names another; `GET /me` names all that let it in.', answers: { type: ParkResponse, list: true }, problems: ['cursor-invalid'] })
  async list(@CurrentActor() actor: Actor, @Query() query: PageQuery): Promise<Page<ParkResponse>> {
    return mapPage(await this.parks.list(actor, query), toParkResponse);
  }

  @Post()
  @Call({ id: 'createPark', once: true, summary: 'Create a park', zh: '新建园区', description: 'By the operator. The park starts with the default policy and working hours.', creates: true, answers: { type: ParkResponse }, problems: ['park-code-taken', 'id-taken', 'id-time-out-of-range', 'reference-unknown'] })
  async create(@CurrentActor() actor: Actor, @Body() body: CreatePark, @Answering() answers: Answers): Promise<string> {
    return answers.created(async (once) => this.parks.create(actor, body, once), toParkResponse);
  }

  @Get(':id')
  @IdParam('park')
  @Call({ id: 'getPark', summary: 'A park', zh: '园区详情', description: 'With its ETag.', answers: { type: ParkResponse } })
  async get(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<ParkResponse> {
    return answer(reply, toParkResponse(await this.parks.get(actor, id)));
  }

  @Patch(':id')
  @IdParam('park')
  @Call({ id: 'changePark', summary: 'Change a park', zh: '修改园区', description: 'JSON merge patch. A new go-live day judges the park’s duties anew.', needsIfMatch: true, answers: { type: ParkResponse } })
  async patch(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @IfMatch() version: number, @Body() body: PatchPark, @Res({ passthrough: true }) reply: FastifyReply): Promise<ParkResponse> {
    return answer(reply, toParkResponse(await this.parks.patch(actor, id, version, body)));
  }

  @Get(':id/policies')
  @IdParam('park')
  @Call({ id: 'listPolicies', summary: 'Versions of the policy', zh: '政策版本', description: 'Newest first, those of the future included.', answers: { type: PolicyResponse, list: true } })
  async listPolicies(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string): Promise<Page<PolicyResponse>> {
    return { items: (await this.parks.listPolicies(actor, id)).map(toPolicyResponse), nextCursor: null };
  }

  @Post(':id/policies')
  @IdParam('park')
  @Call({ id: 'addPolicy', once: true, summary: 'Add a version of the policy', zh: '新增政策版本', description: 'It governs from the first period, or the first visit, on or after its first day. Settings left out stay as they are in the version before.', answers: { type: PolicyResponse, status: 201 }, problems: ['not-in-future', 'version-exists'] })
  async addPolicy(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: CreatePolicy, @Answering() answers: Answers): Promise<string> {
    const { effectiveFrom, visits, tickets, escalation, assessment, privacy } = body;
    const change = { ...(visits && { visits }), ...(tickets && { tickets }), ...(escalation && { escalation }), ...(assessment && { assessment }), ...(privacy && { privacy }) };
    return answers.added(async (once) => this.parks.addPolicy(actor, id, effectiveFrom, change, once), toPolicyResponse);
  }

  @Get(':id/working-hours')
  @IdParam('park')
  @Call({ id: 'listWorkingHours', summary: 'Versions of the working hours', zh: '工作时间版本', description: 'Newest first.', answers: { type: WorkingHoursResponse, list: true } })
  async listWorkingHours(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string): Promise<Page<WorkingHoursResponse>> {
    return { items: (await this.parks.listWorkingHours(actor, id)).map(toWorkingHoursResponse), nextCursor: null };
  }

  @Post(':id/working-hours')
  @IdParam('park')
  @Call({ id: 'addWorkingHours', once: true, summary: 'Add a version of the working hours', zh: '新增工作时间版本', description: 'Hour-based limits run inside these windows.', answers: { type: WorkingHoursResponse, status: 201 }, problems: ['not-in-future', 'version-exists', 'working-hours-invalid'] })
  async addWorkingHours(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: CreateWorkingHours, @Answering() answers: Answers): Promise<string> {
    return answers.added(async (once) => this.parks.addWorkingHours(actor, id, body.effectiveFrom, body.windows.map(({ opens, closes }) => [opens, closes] as const), once), toWorkingHoursResponse);
  }
}

@ApiTags('Calendar')
@Controller('calendar')
export class CalendarController {
  constructor(private readonly calendar: CalendarService) {}

  @Get(':year')
  @ApiParam({ name: 'year', schema: { type: 'integer', minimum: 1900, maximum: 2999, example: 2027 }, description: 'The year.' })
  @Call({ id: 'getCalendar', summary: 'A year of the working-day calendar', zh: '年度工作日历', description: 'The days that differ from Monday to Friday, and how sure they are.', answers: { type: CalendarResponse } })
  async get(@CurrentActor() actor: Actor, @Param('year') year: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<CalendarResponse> {
    return answer(reply, toCalendarResponse(await this.calendar.get(actor, yearOf(year))));
  }

  @Put(':year')
  @ApiParam({ name: 'year', schema: { type: 'integer', minimum: 1900, maximum: 2999, example: 2027 }, description: 'The year.' })
  @Call({ id: 'loadCalendar', summary: 'Load a year’s notice', zh: '载入年度放假通知', description: 'By the operator. It replaces the year; open duties are judged anew, closed episodes stay as they closed.', answers: { type: CalendarResponse }, problems: ['calendar-invalid'] })
  async put(@CurrentActor() actor: Actor, @Param('year') year: string, @Body() body: PutCalendar, @Res({ passthrough: true }) reply: FastifyReply): Promise<CalendarResponse> {
    return answer(reply, toCalendarResponse(await this.calendar.load(actor, yearOf(year), body)));
  }
}

function yearOf(text: string): number {
  if (!isCalendarYear(text)) throw new Problem('not-found');
  return Number(text);
}

function toWorkingHoursResponse({ id, parkId, effectiveFrom, windows, createdAt }: WorkingHoursVersion): WorkingHoursResponse {
  return { id, parkId, effectiveFrom, windows: windows.map(([opens, closes]) => ({ opens, closes })), createdAt: createdAt.toISOString() };
}

function toCalendarResponse({ year, version, status, source, days, loadedAt }: CalendarYearVersion): CalendarResponse {
  return { year, version, status, source, days, loadedAt: loadedAt.toISOString() };
}
