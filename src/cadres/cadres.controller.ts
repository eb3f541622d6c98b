import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Actor, hasRole } from '../kernel/actor';
import { Call, IdParam } from '../platform/http/call';
import { type Page, PageQuery } from '../platform/http/page';
import { answer, answerCreated, CurrentActor, IdPipe, IfMatch } from '../platform/http/request';
import { CadreResponse, CadresQuery, CancelLeave, CreateCadre, CreateLeave, LeaveResponse, PatchCadre, PatchLeave, toCadreResponse, toLeaveResponse } from './cadres.dto';
import { CadresService } from './cadres.service';
import { LeavesService } from './leaves.service';

@ApiTags('Cadres')
@Controller('cadres')
export class CadresController {
  constructor(private readonly cadres: CadresService, private readonly leaves: LeavesService) {}

  @Get()
  @Call({ id: 'listCadres', summary: 'Cadres of a park', zh: '干部列表', description: 'Sorted by name in pinyin order. Phones are masked.', answers: { type: CadreResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: CadresQuery): Promise<Page<CadreResponse>> {
    const { items, nextCursor } = await this.cadres.list(actor, query);
    return { items: items.map((row) => toCadreResponse(row, hasRole(actor, 'admin'))), nextCursor };
  }

  @Post()
  @Call({ id: 'createCadre', summary: 'Add a cadre', zh: '新增干部', description: 'By an administrator.', creates: true, answers: { type: CadreResponse }, problems: ['role-not-grantable', 'identity-taken', 'reference-unknown', 'id-taken', 'id-time-out-of-range', 'park-required'] })
  async create(@CurrentActor() actor: Actor, @Body() body: CreateCadre, @Res({ passthrough: true }) reply: FastifyReply): Promise<CadreResponse> {
    const { created, body: cadre } = await this.cadres.create(actor, body);
    return answerCreated(reply, { created, body: toCadreResponse(cadre, true) });
  }

  @Get(':id')
  @IdParam('cadre')
  @Call({ id: 'getCadre', summary: 'A cadre', zh: '干部详情', description: 'With its ETag. The phone is masked.', answers: { type: CadreResponse } })
  async get(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<CadreResponse> {
    return answer(reply, toCadreResponse(await this.cadres.get(actor, id), hasRole(actor, 'admin')));
  }

  @Patch(':id')
  @IdParam('cadre')
  @Call({ id: 'changeCadre', summary: 'Change a cadre', zh: '修改干部', description: 'JSON merge patch. Who owes visits is not deactivated until they are handed over: the answer lists them.', needsIfMatch: true, answers: { type: CadreResponse }, problems: ['role-not-grantable', 'identity-taken', 'reference-unknown', 'has-open-duties'] })
  async patch(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @IfMatch() version: number, @Body() body: PatchCadre, @Res({ passthrough: true }) reply: FastifyReply): Promise<CadreResponse> {
    return answer(reply, toCadreResponse(await this.cadres.patch(actor, id, version, body), true));
  }

  @Get(':id/leaves')
  @IdParam('cadre')
  @Call({ id: 'listLeaves', summary: 'Leaves of a cadre', zh: '请假记录', description: 'Latest first.', answers: { type: LeaveResponse, list: true }, problems: ['cursor-invalid'] })
  async listLeaves(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Query() query: PageQuery): Promise<Page<LeaveResponse>> {
    const { items, nextCursor } = await this.leaves.list(actor, id, query);
    return { items: items.map(toLeaveResponse), nextCursor };
  }

  @Post(':id/leaves')
  @IdParam('cadre')
  @Call({ id: 'createLeave', summary: 'Record a leave', zh: '登记请假', description: 'It rests no duty: the enterprise’s clock goes on, and the substitute may fulfil it.', creates: true, answers: { type: LeaveResponse }, problems: ['leave-overlaps', 'date-order', 'substitute-is-self', 'cadre-inactive', 'reference-unknown', 'too-far-back', 'id-taken', 'id-time-out-of-range'] })
  async createLeave(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: CreateLeave, @Res({ passthrough: true }) reply: FastifyReply): Promise<LeaveResponse> {
    const { created, body: leave } = await this.leaves.create(actor, id, body);
    return answerCreated(reply, { created, body: toLeaveResponse(leave) });
  }
}

@ApiTags('Cadres')
@Controller('leaves')
export class LeavesController {
  constructor(private readonly leaves: LeavesService) {}

  @Patch(':id')
  @IdParam('leave')
  @Call({ id: 'changeLeave', summary: 'Change a leave', zh: '修改请假', description: 'JSON merge patch. Days that are long past stay as they were.', needsIfMatch: true, answers: { type: LeaveResponse }, problems: ['leave-overlaps', 'leave-cancelled', 'date-order', 'substitute-is-self', 'cadre-inactive', 'reference-unknown', 'too-far-back'] })
  async patch(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @IfMatch() version: number, @Body() body: PatchLeave, @Res({ passthrough: true }) reply: FastifyReply): Promise<LeaveResponse> {
    return answer(reply, toLeaveResponse(await this.leaves.patch(actor, id, version, body)));
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @IdParam('leave')
  @Call({ id: 'cancelLeave', summary: 'Cancel a leave', zh: '取消请假', description: 'As if it had not been, for the days that may still be put right.', answers: { type: LeaveResponse }, problems: ['leave-cancelled', 'too-far-back'] })
  async cancel(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() _body: CancelLeave, @Res({ passthrough: true }) reply: FastifyReply): Promise<LeaveResponse> {
    return answer(reply, toLeaveResponse(await this.leaves.cancel(actor, id)));
  }
}
