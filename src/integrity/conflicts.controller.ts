import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../kernel/actor';
import { Call, IdParam } from '../platform/http/call';
import { type Answers, Answering } from '../platform/http/idempotency/answers';
import { mapPage, type Page, PageQuery } from '../platform/http/page';
import { CurrentActor, IdPipe, NoBody } from '../platform/http/request';
import {
  ConflictsQuery, DeclarationResponse, DeclareInterest, EndConflict, MakeInspector, RecusalResponse, RecusedResponse, SetRecusal, toDeclarationResponse, toRecusalResponse, toRecusedResponse,
} from './conflicts.dto';
import { ConflictsService } from './conflicts.service';
import { InspectorsService } from './inspectors.service';
import { IntegrityVerdictResponse, IntegrityVerifyQuery, toIntegrityVerdictResponse } from './integrity-chain.dto';
import { IntegrityChain } from './integrity-chain.service';
import { WrittenResponse } from './integrity.dto';
import { RecusedService } from './recused.service';
import type { Written } from './reports.service';

@ApiTags('Integrity')
@Controller('integrity')
export class ConflictsController {
  constructor(private readonly conflicts: ConflictsService, private readonly recused: RecusedService, private readonly inspectors: InspectorsService, private readonly chain: IntegrityChain) {}

  @Get('declarations')
  @Call({ id: 'listDeclarations', summary: 'Declared interests in enterprises', zh: '利益关系申报', description: 'The newest first. Inspectors see the park’s, everybody else their own.', answers: { type: DeclarationResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async listDeclarations(@CurrentActor() actor: Actor, @Query() query: ConflictsQuery): Promise<Page<DeclarationResponse>> {
    return mapPage(await this.conflicts.listDeclarations(actor, query), toDeclarationResponse);
  }

  @Post('declarations')
  @Call({ id: 'declareInterest', once: true, summary: 'Declare an interest', zh: '申报利益关系', description: 'About oneself. From then on whoever declared it is recused from the enterprise; what they hold there is listed to the administrator.', answers: { type: WrittenResponse, status: 201 }, problems: ['reference-unknown'] })
  async declare(@CurrentActor() actor: Actor, @Body() body: DeclareInterest, @Answering() answers: Answers): Promise<string> {
    return answers.added(async (once) => this.conflicts.declare(actor, body, once), same);
  }

  @Post('declarations/:id/end')
  @HttpCode(200)
  @IdParam('declaration')
  @Call({ id: 'endDeclaration', once: true, summary: 'End a declared interest', zh: '解除利益关系', description: 'By an inspector who has seen that it is over; nobody ends their own.', answers: { type: WrittenResponse }, problems: ['conflict-ended'] })
  async endDeclaration(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() { reason }: EndConflict, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.conflicts.endDeclaration(actor, id, reason, once), same);
  }

  @Get('recusals')
  @Call({ id: 'listRecusals', summary: 'Preventive recusals', zh: '预防性回避', description: 'The newest first. Those that the inspectors of one’s own level have set, without any that is about oneself.', answers: { type: RecusalResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async listRecusals(@CurrentActor() actor: Actor, @Query() query: ConflictsQuery): Promise<Page<RecusalResponse>> {
    return mapPage(await this.conflicts.listRecusals(actor, query), toRecusalResponse);
  }

  @Post('recusals')
  @Call({ id: 'setRecusal', once: true, summary: 'Keep a cadre from an enterprise', zh: '设置预防性回避', description: 'From one, or from all, until it is ended. They are given nothing more there; what they hold already is listed to nobody, since that list would give reports away.', answers: { type: WrittenResponse, status: 201 }, problems: ['reference-unknown', 'park-required'] })
  async recuse(@CurrentActor() actor: Actor, @Body() body: SetRecusal, @Answering() answers: Answers): Promise<string> {
    return answers.added(async (once) => this.conflicts.recuse(actor, body, once), same);
  }

  @Post('recusals/:id/end')
  @HttpCode(200)
  @IdParam('recusal')
  @Call({ id: 'endRecusal', once: true, summary: 'End a recusal', zh: '解除回避', description: 'By an inspector of the level that set it.', answers: { type: WrittenResponse }, problems: ['conflict-ended'] })
  async endRecusal(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() { reason }: EndConflict, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.conflicts.endRecusal(actor, id, reason, once), same);
  }

  @Get('recused')
  @Call({ id: 'listRecused', summary: 'What must be given to others', zh: '须改派清单', description: 'Assignments, tickets and linkages of cadres whose conflict of interest or recusal came afterwards, the most urgent first.', answers: { type: RecusedResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async listRecused(@CurrentActor() actor: Actor, @Query() query: PageQuery): Promise<Page<RecusedResponse>> {
    return mapPage(await this.recused.list(actor, query), toRecusedResponse);
  }

  @Post('inspectors')
  @HttpCode(200)
  @Call({ id: 'makeInspector', once: true, summary: 'Make an inspector', zh: '任命纪检人员', description: 'By an inspector; by the operator only while there is none who is active. Who inspects a county is made by one of the county’s. An identity that an administrator bound to the cadre must be confirmed or removed; what their account knew (password, second factor, sessions) ends.', answers: { type: WrittenResponse }, problems: ['reference-unknown', 'cadre-inactive', 'identity-unconfirmed'] })
  async make(@CurrentActor() actor: Actor, @Body() body: MakeInspector, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.inspectors.make(actor, body, once), same);
  }

  @Post('inspectors/:id/end')
  @HttpCode(200)
  @IdParam('cadre')
  @Call({ id: 'relieveInspector', once: true, summary: 'Relieve an inspector', zh: '免去纪检人员', description: 'By an inspector. Nobody can be deactivated while they are one.', answers: { type: WrittenResponse } })
  async relieve(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @NoBody() _body: undefined, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.inspectors.relieve(actor, id, once), same);
  }

  @Get('verify')
  @Call({ id: 'verifyIntegrityChain', summary: 'Verify the chain of a park', zh: '校验廉政记录链', description: 'Follows it from its beginning to its head, and says whether it is whole. How long it is, and the hash at its head, are told to the county’s inspectors alone: `head` is null for those of a park, who would see the chain grow by what they may not know of.', answers: { type: IntegrityVerdictResponse }, problems: ['park-required'] })
  async verify(@CurrentActor() actor: Actor, @Query() { parkId }: IntegrityVerifyQuery): Promise<IntegrityVerdictResponse> {
    return toIntegrityVerdictResponse(await this.chain.verify(actor, parkId));
  }
}

function same({ id, parkId }: Written): WrittenResponse {
  return { id, parkId };
}
