import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../kernel/actor';
import { Call, IdParam } from '../../platform/http/call';
import { type Answers, Answering } from '../../platform/http/idempotency/answers';
import { mapPage, type Page } from '../../platform/http/page';
import { CurrentActor, IdPipe, NoBody } from '../../platform/http/request';
import { SessionQuery, SessionResponse, toSessionResponse } from './accounts.dto';
import { AccountSessions } from './account-sessions.service';

@ApiTags('Me')
@Controller('me/sessions')
export class AccountSessionsController {
  constructor(private readonly sessions: AccountSessions) {}

  @Get()
  @Call({ id: 'listMySessions', summary: 'Where I am signed in', zh: '我的登录会话', description: 'Apps that were signed in to with the caller’s account at the built-in issuer, the newest first. None for who comes from another issuer.', answers: { type: SessionResponse, list: true }, problems: ['cursor-invalid'] })
  async list(@CurrentActor() actor: Actor, @Query() query: SessionQuery): Promise<Page<SessionResponse>> {
    return mapPage(await this.sessions.list(actor, query), (one) => toSessionResponse(one));
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @IdParam('session')
  @Call({ id: 'revokeMySession', once: true, summary: 'Sign out somewhere', zh: '撤销登录会话', description: 'Its tokens count no more, at once; nor does the browser’s own session that it came from.', answers: { type: SessionResponse } })
  async revoke(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @NoBody() _body: undefined, @Answering() answers: Answers): Promise<string> {
    const revoked = (session: Parameters<typeof toSessionResponse>[0]): SessionResponse => toSessionResponse(session, 'revoked');
    // An answer is kept for a park, and the operator has none.
    if (actor.kind === 'operator') return answers.unkept(async () => this.sessions.revoke(actor, id), revoked);
    return answers.done(async (once) => this.sessions.revoke(actor, id, once), revoked);
  }
}
