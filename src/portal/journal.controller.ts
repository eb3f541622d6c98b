import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../kernel/actor';
import { Call } from '../platform/http/call';
import { whenGone } from '../platform/http/gone';
import { CurrentActor } from '../platform/http/request';
import { JournalHeadResponse, JournalQuery, toHeadResponse, toVerificationResponse, VerificationResponse, VerifyQuery } from './journal.dto';
import { JournalService } from './journal.service';

@ApiTags('Journal')
@Controller('journal')
export class JournalController {
  constructor(private readonly journal: JournalService) {}

  @Get('head')
  @Call({
    id: 'getJournalHead', summary: 'Head of the journal', zh: '日志链头', problems: ['park-required'], answers: { type: JournalHeadResponse },
    description: 'The last sealed entry of a park. Who keeps number and hash elsewhere can prove later that nothing up to there was changed: give them to `GET /journal/verify`.',
  })
  async head(@CurrentActor() actor: Actor, @Query() query: JournalQuery): Promise<JournalHeadResponse> {
    const { parkId, head, last } = await this.journal.head(actor, query.parkId);
    return toHeadResponse(parkId, head, last);
  }

  @Get('verify')
  @Call({
    id: 'verifyJournal', summary: 'Verify the journal', zh: '校验日志链', problems: ['park-required', 'too-many-requests'], answers: { type: VerificationResponse },
    description: 'Recomputes the chain of hashes of a park and names the first entry that was altered, deleted, inserted or moved. At most 100,000 entries a call: go on from `to` + 1. '
      + '`from` is refused when it is beyond the number after the head, unless something is wrong. A head that was kept outside is compared whatever the range is. One call of a caller at a time.',
  })
  async verify(@CurrentActor() actor: Actor, @Query() query: VerifyQuery, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<VerificationResponse> {
    return toVerificationResponse(await this.journal.verify(actor, query, whenGone(request, reply)));
  }
}
