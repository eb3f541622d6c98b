import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../kernel/actor';
import { type Answers, Answering } from '../platform/http/idempotency/answers';
import { Call, IdParam } from '../platform/http/call';
import { mapPage, type Page, PageQuery } from '../platform/http/page';
import { answer, CurrentActor, IdPipe, IfMatch } from '../platform/http/request';
import { CreateDepartment, DepartmentResponse, PatchDepartment, toDepartmentResponse } from './departments.dto';
import { DepartmentsService } from './departments.service';

@ApiTags('Departments')
@Controller('departments')
export class DepartmentsController {
  constructor(private readonly departments: DepartmentsService) {}

  @Get()
  @Call({ id: 'listDepartments', summary: 'Departments of a park', zh: '部门列表', description: 'Sorted by name.', answers: { type: DepartmentResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: PageQuery): Promise<Page<DepartmentResponse>> {
    return mapPage(await this.departments.list(actor, query), toDepartmentResponse);
  }

  @Post()
  @Call({ id: 'createDepartment', once: true, summary: 'Add a department', zh: '新建部门', description: 'By an administrator.', creates: true, answers: { type: DepartmentResponse }, problems: ['department-name-taken', 'id-taken', 'id-time-out-of-range', 'park-required'] })
  async create(@CurrentActor() actor: Actor, @Body() body: CreateDepartment, @Answering() answers: Answers): Promise<string> {
    return answers.created(async (once) => this.departments.create(actor, body, once), toDepartmentResponse);
  }

  @Patch(':id')
  @IdParam('department')
  @Call({ id: 'changeDepartment', summary: 'Change a department', zh: '修改部门', description: 'JSON merge patch.', needsIfMatch: true, answers: { type: DepartmentResponse }, problems: ['department-name-taken'] })
  async patch(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @IfMatch() version: number, @Body() body: PatchDepartment, @Res({ passthrough: true }) reply: FastifyReply): Promise<DepartmentResponse> {
    return answer(reply, toDepartmentResponse(await this.departments.patch(actor, id, version, body)));
  }
}
