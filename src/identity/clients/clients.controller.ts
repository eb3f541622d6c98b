import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../../kernel/actor';
import { Call, IdParam } from '../../platform/http/call';
import { type Answers, Answering } from '../../platform/http/idempotency/answers';
import { mapPage, type Page } from '../../platform/http/page';
import { answer, CurrentActor, IdPipe, NoBody } from '../../platform/http/request';
import { ClientQuery, ClientResponse, CreateClient, GrantClient, IssuedClientResponse, RotateClient, toClientResponse, toIssuedClientResponse, withoutSecret } from './clients.dto';
import { ClientsService } from './clients.service';

@ApiTags('Clients')
@Controller('clients')
export class ClientsController {
  constructor(private readonly clients: ClientsService) {}

  @Get()
  @Call({ id: 'listClients', summary: 'Machine clients of a park', zh: '机器客户端列表', description: 'Those that may do something in the park, or might once; the newest first.', answers: { type: ClientResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: ClientQuery): Promise<Page<ClientResponse>> {
    return mapPage(await this.clients.list(actor, query), toClientResponse);
  }

  @Post()
  @Call({ id: 'createClient', once: true, summary: 'Create a machine client', zh: '新建机器客户端', description: 'With what it may do in the administrator’s park. Its secret is told this once; under an `Idempotency-Key`, or with the same `id`, the call is answered again without it.', creates: true, answers: { type: IssuedClientResponse }, problems: ['client-keys-invalid', 'client-keys-misplaced', 'id-taken', 'id-time-out-of-range', 'park-required'] })
  async create(@CurrentActor() actor: Actor, @Body() body: CreateClient, @Answering() answers: Answers): Promise<string> {
    return answers.created(async (once) => this.clients.create(actor, body, once), toIssuedClientResponse, async ({ id }) => this.clients.read(actor, id), withoutSecret);
  }

  @Get(':id')
  @IdParam('client')
  @Call({ id: 'getClient', summary: 'A machine client', zh: '机器客户端详情', description: 'As the park sees it, with its ETag. Secrets and keys are named to its own park alone, and shown to nobody.', answers: { type: ClientResponse } })
  async get(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<ClientResponse> {
    return answer(reply, toClientResponse(await this.clients.read(actor, id)));
  }

  @Post(':id/grant')
  @HttpCode(200)
  @IdParam('client')
  @Call({ id: 'grantClient', once: true, summary: 'Say what a client may do in the park', zh: '授予机器客户端权限', description: 'In the administrator’s own park, also a client that another park has made and whose `client_id` they were told. It replaces what was granted before, at once. A token reaches the parks that grant every scope that it bears and that its own park grants. Where the client names no park, its own is meant: what another grants changes nothing there.', answers: { type: ClientResponse }, problems: ['client-revoked', 'park-required'] })
  async grant(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: GrantClient, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.clients.grant(actor, id, body, once), toClientResponse, async ({ id: granted }) => this.clients.read(actor, granted));
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @IdParam('client')
  @Call({ id: 'rotateClient', once: true, summary: 'Give a client a new secret or other keys', zh: '更换客户端密钥', description: 'By its own park. The new secret is told this once. Two count at a time: beside the new one that which was used last, for `overlapHours`. Keys are replaced whole.', answers: { type: IssuedClientResponse }, problems: ['client-revoked', 'client-keys-invalid', 'client-keys-misplaced'] })
  async rotate(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: RotateClient, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.clients.rotate(actor, id, body, once), toIssuedClientResponse, async ({ id: rotated }) => this.clients.read(actor, rotated), withoutSecret);
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @IdParam('client')
  @Call({ id: 'revokeClient', once: true, summary: 'Revoke a client', zh: '停用机器客户端', description: 'At once, also tokens that it has. By its own park everywhere and for good; by another park there, until that grants it something again.', answers: { type: ClientResponse }, problems: ['client-revoked'] })
  async revoke(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @NoBody() _body: undefined, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.clients.revoke(actor, id, once), toClientResponse, async ({ id: revoked }) => this.clients.read(actor, revoked));
  }
}
