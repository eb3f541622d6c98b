import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../kernel/actor';
import { Call } from '../../platform/http/call';
import { mapPage, type Page } from '../../platform/http/page';
import { CurrentActor } from '../../platform/http/request';
import { AccessLogQuery, AccessResponse, toAccessResponse } from './access-log.dto';
import { AccessLogService } from './access-log.service';

@ApiTags('Access log')
@Controller('access-log')
export class AccessLogController {
  constructor(private readonly accesses: AccessLogService) {}

  @Get()
  @Call({
    id: 'listAccesses', summary: 'Who read what is masked elsewhere, and when inspectors signed in', zh: '访问日志', answers: { type: AccessResponse, list: true },
    description: 'Each reading of personal data in full, and each erasure, with who, when and why; when inspectors and the operator sign in, fail to, or sign out (`account.*`), which no journal says; newest first. Lines about the operator, who is of no park, stand in the list of every park. For inspectors alone. A line is kept for `accessLogMonths` of the park’s policy, twelve unless it says otherwise and never fewer than six.',
  })
  async list(@CurrentActor() actor: Actor, @Query() query: AccessLogQuery): Promise<Page<AccessResponse>> {
    return mapPage(await this.accesses.list(actor, query), toAccessResponse);
  }
}
