import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../../kernel/actor';
import { Call, IdParam } from '../../platform/http/call';
import { type Answers, Answering } from '../../platform/http/idempotency/answers';
import { mapPage, type Page } from '../../platform/http/page';
import { answer, CurrentActor, IdPipe, NoBody } from '../../platform/http/request';
import { AccountQuery, AccountResponse, CreateAccount, IssuedPasswordResponse, toAccountResponse, toIssuedPassword } from './accounts.dto';
import { AccountsService } from './accounts.service';

const TOLD_ONCE = 'The password is told this once: no answer with it is kept under an `Idempotency-Key`.';
const WHOSE = 'By an administrator; by an inspector for an inspector’s. One that reads a whole county is made on the command line.';

@ApiTags('Accounts')
@Controller('accounts')
export class AccountsController {
  constructor(private readonly accounts: AccountsService) {}

  @Get()
  @Call({ id: 'listAccounts', summary: 'Accounts of a park', zh: '账号列表', description: 'Who signs in at the built-in issuer, by login name.', answers: { type: AccountResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: AccountQuery): Promise<Page<AccountResponse>> {
    return mapPage(await this.accounts.list(actor, query), toAccountResponse);
  }

  @Post()
  @HttpCode(200)
  @Call({ id: 'addAccount', summary: 'Give a cadre an account', zh: '开通账号', description: `${WHOSE} ${TOLD_ONCE}`, answers: { type: IssuedPasswordResponse }, problems: ['login-taken', 'account-exists', 'reference-unknown', 'cadre-inactive', 'park-required'] })
  async add(@CurrentActor() actor: Actor, @Body() body: CreateAccount, @Answering() answers: Answers): Promise<string> {
    return answers.unkept(async () => this.accounts.add(actor, body), toIssuedPassword);
  }

  @Get(':id')
  @IdParam('account')
  @Call({ id: 'getAccount', summary: 'An account', zh: '账号详情', description: 'With its ETag.', answers: { type: AccountResponse } })
  async get(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<AccountResponse> {
    return answer(reply, toAccountResponse(await this.accounts.read(actor, id)));
  }

  @Post(':id/lock')
  @HttpCode(200)
  @IdParam('account')
  @Call({ id: 'lockAccount', once: true, summary: 'Lock an account', zh: '锁定账号', description: `Nobody signs in with it until it is unlocked; whoever has is signed out everywhere, at once. Said again it changes nothing. ${WHOSE}`, answers: { type: AccountResponse } })
  async lock(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @NoBody() _body: undefined, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.accounts.lock(actor, id, once), toAccountResponse, async ({ id: account }) => this.accounts.read(actor, account));
  }

  @Post(':id/unlock')
  @HttpCode(200)
  @IdParam('account')
  @Call({ id: 'unlockAccount', once: true, summary: 'Unlock an account', zh: '解锁账号', description: `Ends a lock, and the wait after failed attempts. ${WHOSE}`, answers: { type: AccountResponse } })
  async unlock(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @NoBody() _body: undefined, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.accounts.unlock(actor, id, once), toAccountResponse, async ({ id: account }) => this.accounts.read(actor, account));
  }

  @Post(':id/reset')
  @HttpCode(200)
  @IdParam('account')
  @Call({ id: 'resetAccount', summary: 'Reset an account', zh: '重置账号', description: `A new password for one sign-in; the second factor is to be set up anew, and every session ends. A lock stays. ${WHOSE} ${TOLD_ONCE}`, answers: { type: IssuedPasswordResponse } })
  async reset(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @NoBody() _body: undefined, @Answering() answers: Answers): Promise<string> {
    return answers.unkept(async () => this.accounts.reset(actor, id), toIssuedPassword);
  }
}
