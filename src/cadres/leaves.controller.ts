import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../kernel/actor';
import { type Answers, Answering } from '../platform/http/idempotency/answers';
import { Call, IdParam } from '../platform/http/call';
import { mapPage, type Page, PageQuery } from '../platform/http/page';
import { answer, CurrentActor, IdPipe, IfMatch } from '../platform/http/request';
import { CancelLeave, CreateLeave, LeaveResponse, PatchLeave, toLeaveResponse } from './leaves.dto';
import { LeavesService } from './leaves.service';

@ApiTags('Leaves')
@Controller()
export class LeavesController {
  constructor(private readonly leaves: LeavesService) {}

  @Get('cadres/:id/leaves')
  @IdParam('cadre')
  @Call({ id: 'listLeaves', summary: 'Leaves of a cadre', zh: '干部请假列表', description: 'The latest first; cancelled ones say when.', answers: { type: LeaveResponse, list: true }, problems: ['cursor-invalid'] })
  async list(@CurrentActor() actor: Actor, @Param('id', IdPipe) cadreId: string, @Query() query: PageQuery): Promise<Page<LeaveResponse>> {
    return mapPage(await this.leaves.list(actor, cadreId, query), toLeaveResponse);
  }

  @Post('cadres/:id/leaves')
  @IdParam('cadre')
  @Call({ id: 'addLeave', once: true, summary: 'Record a leave', zh: '登记请假', description: 'The duties of the cadre go on; the substitute may fulfil them. Some days back at most (`backdateLimitDays`).', creates: true, answers: { type: LeaveResponse }, problems: ['leave-overlaps', 'date-order', 'too-far-back', 'substitute-is-self', 'reference-unknown', 'cadre-inactive', 'id-taken', 'id-time-out-of-range'] })
  async add(@CurrentActor() actor: Actor, @Param('id', IdPipe) cadreId: string, @Body() body: CreateLeave, @Answering() answers: Answers): Promise<string> {
    return answers.created(async (once) => this.leaves.add(actor, cadreId, body, once), toLeaveResponse);
  }

  @Patch('leaves/:id')
  @IdParam('leave')
  @Call({ id: 'changeLeave', summary: 'Change a leave', zh: '修改请假', description: 'JSON merge patch. Days that lie further back than `backdateLimitDays` stay as they are; another substitute counts for every day of the leave.', needsIfMatch: true, answers: { type: LeaveResponse }, problems: ['leave-cancelled', 'leave-overlaps', 'date-order', 'too-far-back', 'substitute-is-self', 'reference-unknown', 'cadre-inactive'] })
  async patch(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @IfMatch() version: number, @Body() body: PatchLeave, @Res({ passthrough: true }) reply: FastifyReply): Promise<LeaveResponse> {
    return answer(reply, toLeaveResponse(await this.leaves.patch(actor, id, version, body)));
  }

  @Post('leaves/:id/cancel')
  @HttpCode(200)
  @IdParam('leave')
  @Call({ id: 'cancelLeave', once: true, summary: 'Cancel a leave', zh: '取消请假', description: 'As if it had never been. One that began further back than `backdateLimitDays` can only be cut short.', answers: { type: LeaveResponse }, problems: ['leave-cancelled', 'too-far-back'] })
  async cancel(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: CancelLeave, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.leaves.cancel(actor, id, body.reason ?? null, once), toLeaveResponse);
  }
}
