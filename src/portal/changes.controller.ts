import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../kernel/actor';
import { Call } from '../platform/http/call';
import { whenGone } from '../platform/http/gone';
import { ActorNow, CurrentActor } from '../platform/http/request';
import { ChangesQuery, ChangesResponse } from './changes.dto';
import { ChangesService } from './changes.service';

// Beyond the time that a reader asked to wait, for the answer to be read and written.
const GRACE_MS = 30_000;

@ApiTags('Changes')
@Controller('changes')
export class ChangesController {
  constructor(private readonly changes: ChangesService) {}

  @Get()
  @Call({
    id: 'listChanges', summary: 'The change feed', zh: '变更订阅',
    description: 'The sealed journal as CloudEvents, park by park without a gap. Begin without `after`, keep `next` together with what you did, and send it as `after`: nothing is skipped and nothing comes twice. With `wait` the answer comes as soon as there is something, by the rights that the reader has then. The types are those of the webhooks section; docs/integration.md says how to follow the feed.',
    answers: { type: ChangesResponse }, problems: ['cursor-invalid', 'park-required', 'too-many-requests'],
  })
  async list(@CurrentActor() actor: Actor, @ActorNow() actorNow: () => Promise<Actor>, @Query() query: ChangesQuery, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<ChangesResponse> {
    // A socket on which nothing happens is closed sooner than the longest wait; Node puts its own limit back with the next request.
    if (query.wait) request.raw.socket.setTimeout(query.wait * 1_000 + GRACE_MS);
    return this.changes.list({ actor, actorNow }, query, whenGone(request, reply));
  }
}
