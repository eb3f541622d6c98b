import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../kernel/actor';
import { type Answers, Answering } from '../platform/http/idempotency/answers';
import { Call, IdParam } from '../platform/http/call';
import { mapPage, type Page } from '../platform/http/page';
import { answer, CurrentActor, IdPipe, IfMatch } from '../platform/http/request';
import { CadreQuery, CadreResponse, CreateCadre, PatchCadre, toCadreResponse } from './cadres.dto';
import { CadresService } from './cadres.service';

@ApiTags('Cadres')
@Controller('cadres')
export class CadresController {
  constructor(private readonly cadres: CadresService) {}

  @Get()
  @Call({ id: 'listCadres', summary: 'Cadres of a park', zh: '干部列表', description: 'Sorted by name in pinyin order. Phones are masked.', answers: { type: CadreResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: CadreQuery): Promise<Page<CadreResponse>> {
    return mapPage(await this.cadres.list(actor, query), toCadreResponse);
  }

  @Post()
  @Call({ id: 'addCadre', once: true, summary: 'Add a cadre', zh: '新增干部', description: 'By an administrator.', creates: true, answers: { type: CadreResponse }, problems: ['identity-taken', 'role-not-grantable', 'reference-unknown', 'id-taken', 'id-time-out-of-range', 'park-required'] })
  async add(@CurrentActor() actor: Actor, @Body() body: CreateCadre, @Answering() answers: Answers): Promise<string> {
    return answers.created(async (once) => this.cadres.add(actor, body, once), toCadreResponse);
  }

  @Get(':id')
  @IdParam('cadre')
  @Call({ id: 'getCadre', summary: 'A cadre', zh: '干部详情', description: 'With its ETag. The phone is masked.', answers: { type: CadreResponse } })
  async get(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<CadreResponse> {
    return answer(reply, toCadreResponse(await this.cadres.read(actor, id)));
  }

  @Patch(':id')
  @IdParam('cadre')
  @Call({ id: 'changeCadre', summary: 'Change a cadre', zh: '修改干部', description: 'JSON merge patch. `active: false` is refused while the cadre has duties, with the list of them. Roles that an administrator does not grant stay as they are, and so does the identity of whoever holds one.', needsIfMatch: true, answers: { type: CadreResponse }, problems: ['identity-taken', 'role-not-grantable', 'reference-unknown', 'has-open-duties'] })
  async patch(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @IfMatch() version: number, @Body() body: PatchCadre, @Res({ passthrough: true }) reply: FastifyReply): Promise<CadreResponse> {
    return answer(reply, toCadreResponse(await this.cadres.patch(actor, id, version, body)));
  }
}
