import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../kernel/actor';
import { Call, IdParam } from '../platform/http/call';
import { type Answers, Answering } from '../platform/http/idempotency/answers';
import { mapPage, type Page } from '../platform/http/page';
import { answer, CurrentActor, IdPipe } from '../platform/http/request';
import { CreateGuideItem, CreateGuideItemVersion, GuideItemHistoryResponse, GuideItemQuery, GuideItemResponse, materialsOf, toGuideItemHistoryResponse, toGuideItemResponse } from './guide.dto';
import { GuideService } from './guide.service';

@ApiTags('Guide')
@Controller('guide-items')
export class GuideController {
  constructor(private readonly guide: GuideService) {}

  @Get()
  @Call({ id: 'listGuideItems', summary: 'The service guide of a park', zh: '服务指南', description: 'Items in force on a day, as they stand on it, sorted by code.', answers: { type: GuideItemResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: GuideItemQuery): Promise<Page<GuideItemResponse>> {
    return mapPage(await this.guide.list(actor, query), toGuideItemResponse);
  }

  @Post()
  @Call({ id: 'addGuideItem', once: true, summary: 'Add an item to the guide', zh: '新增服务事项', description: 'By an administrator, with its first version.', creates: true, answers: { type: GuideItemHistoryResponse }, problems: ['guide-code-taken', 'date-order', 'reference-unknown', 'id-taken', 'id-time-out-of-range', 'park-required'] })
  async add(@CurrentActor() actor: Actor, @Body() body: CreateGuideItem, @Answering() answers: Answers): Promise<string> {
    return answers.created(async (once) => this.guide.add(actor, { ...body, materials: materialsOf(body.materials ?? []) }, once), toGuideItemHistoryResponse);
  }

  @Get(':id')
  @IdParam('guide item')
  @Call({ id: 'getGuideItem', summary: 'An item of the guide', zh: '服务事项详情', description: 'As it stands today, with all its versions and its ETag. One that has not begun shows its first version.', answers: { type: GuideItemHistoryResponse } })
  async get(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<GuideItemHistoryResponse> {
    return answer(reply, toGuideItemHistoryResponse(await this.guide.read(actor, id)));
  }

  @Post(':id/versions')
  @IdParam('guide item')
  @Call({ id: 'addGuideItemVersion', once: true, summary: 'Add a version of an item', zh: '新增服务事项版本', description: 'By an administrator, for a day after today. Fields left out stay as they are in the version before. Tickets that are registered before that day keep the limits that they have.', answers: { type: GuideItemHistoryResponse, status: 201 }, problems: ['not-in-future', 'version-exists', 'reference-unknown'] })
  async addVersion(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: CreateGuideItemVersion, @Answering() answers: Answers): Promise<string> {
    const { effectiveFrom, materials, ...rest } = body;
    const change = { ...rest, ...(materials === undefined ? {} : { materials: materialsOf(materials) }) };
    return answers.added(async (once) => this.guide.addVersion(actor, id, effectiveFrom, change, once), toGuideItemHistoryResponse);
  }
}
