import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../kernel/actor';
import { type Answers, Answering } from '../platform/http/idempotency/answers';
import { Call, IdParam } from '../platform/http/call';
import { mapPage, type Page } from '../platform/http/page';
import { answer, CurrentActor, IdPipe, IfMatch } from '../platform/http/request';
import {
  ChangeStatus, ContactsReason, CreateEnterprise, EnterpriseQuery, EnterpriseResponse, PatchEnterprise, RevealedContactsResponse, toEnterpriseResponse,
  toRevealedContacts,
} from './enterprises.dto';
import { EnterprisesService } from './enterprises.service';

@ApiTags('Enterprises')
@Controller('enterprises')
export class EnterprisesController {
  constructor(private readonly enterprises: EnterprisesService) {}

  @Get()
  @Call({
    id: 'listEnterprises', summary: 'Enterprises of a park', zh: '企业列表',
    description: 'Sorted by name in pinyin order. Contacts are masked.',
    answers: { type: EnterpriseResponse, list: true }, problems: ['cursor-invalid', 'park-required'],
  })
  async list(@CurrentActor() actor: Actor, @Query() query: EnterpriseQuery): Promise<Page<EnterpriseResponse>> {
    return mapPage(await this.enterprises.list(actor, query), toEnterpriseResponse);
  }

  @Post()
  @Call({
    id: 'registerEnterprise', once: true, summary: 'Register an enterprise', zh: '登记企业',
    description: 'By an administrator or a client with `enterprises:write`. Identified by its credit code, once per park.',
    creates: true, answers: { type: EnterpriseResponse },
    problems: ['uscc-invalid', 'uscc-organisation-check', 'uscc-taken', 'id-taken', 'id-time-out-of-range', 'park-required'],
  })
  async register(@CurrentActor() actor: Actor, @Body() body: CreateEnterprise, @Answering() answers: Answers): Promise<string> {
    return answers.created(async (once) => this.enterprises.register(actor, body, once), toEnterpriseResponse);
  }

  @Get(':id')
  @IdParam('enterprise')
  @Call({
    id: 'getEnterprise', summary: 'An enterprise', zh: '企业详情',
    description: 'With its ETag. Contacts are masked.',
    answers: { type: EnterpriseResponse },
  })
  async get(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<EnterpriseResponse> {
    return answer(reply, toEnterpriseResponse(await this.enterprises.read(actor, id)));
  }

  @Patch(':id')
  @IdParam('enterprise')
  @Call({
    id: 'changeEnterprise', summary: 'Change an enterprise', zh: '修改企业',
    description: 'JSON merge patch. The status changes through `/status` alone.',
    needsIfMatch: true, answers: { type: EnterpriseResponse }, problems: ['uscc-invalid', 'uscc-organisation-check', 'uscc-taken'],
  })
  async patch(
    @CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @IfMatch() version: number,
    @Body() body: PatchEnterprise, @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EnterpriseResponse> {
    return answer(reply, toEnterpriseResponse(await this.enterprises.patch(actor, id, version, body)));
  }

  @Post(':id/status')
  @HttpCode(200)
  @IdParam('enterprise')
  @Call({
    id: 'changeEnterpriseStatus', once: true, summary: 'Change the status', zh: '变更企业状态',
    description: 'Duties rest while an enterprise is suspended and end when it exits. One change at most lies ahead; the status in force withdraws it.',
    answers: { type: EnterpriseResponse }, problems: ['too-far-back', 'enterprise-exited', 'status-unchanged'],
  })
  async setStatus(
    @CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: ChangeStatus, @Answering() answers: Answers,
  ): Promise<string> {
    return answers.done(async (once) => this.enterprises.setStatus(actor, id, body, once), toEnterpriseResponse);
  }

  @Post(':id/contacts/reveal')
  @HttpCode(200)
  @IdParam('enterprise')
  @Call({
    id: 'revealContacts', summary: 'Contacts in full', zh: '查看联系人完整信息',
    description: 'The reading and its reason are logged. An `Idempotency-Key` is of no use here: nothing is kept of the answer, and each reading is one.',
    answers: { type: RevealedContactsResponse }, problems: ['contact-erased'],
  })
  async reveal(
    @CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: ContactsReason, @Answering() answers: Answers,
  ): Promise<string> {
    return answers.unkept(async () => this.enterprises.revealContacts(actor, id, body.reason), toRevealedContacts);
  }

  @Post(':id/contacts/erase')
  @HttpCode(200)
  @IdParam('enterprise')
  @Call({
    id: 'eraseContacts', once: true, summary: 'Erase the contacts', zh: '删除联系人信息',
    description: 'For good, on request of those concerned; the reason is logged.',
    answers: { type: EnterpriseResponse }, problems: ['contact-erased'],
  })
  async erase(
    @CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: ContactsReason, @Answering() answers: Answers,
  ): Promise<string> {
    return answers.done(async (once) => this.enterprises.eraseContacts(actor, id, body.reason, once), toEnterpriseResponse);
  }
}
