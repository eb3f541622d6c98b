import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../kernel/actor';
import { Call, IdParam } from '../platform/http/call';
import { type Answers, Answering } from '../platform/http/idempotency/answers';
import { mapPage, type Page } from '../platform/http/page';
import { answer, CurrentActor, IdPipe } from '../platform/http/request';
import { WrittenResponse } from './integrity.dto';
import {
  DecideReport, IdentifyReport, ListedReportResponse, QuestionReport, ReportFileResponse, ReportResponse, ReportsQuery, toListedReportResponse, toReportFileResponse, toReportResponse,
} from './reports.dto';
import { ReportsService, type Written } from './reports.service';

/** Reports, for the inspectors who may read them. Whom one speaks of does not see it, inspector or not. */
@ApiTags('Integrity')
@Controller('integrity/reports')
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  @Get()
  @Call({ id: 'listIntegrityReports', summary: 'Integrity reports', zh: '举报清单', description: 'The newest first, without what they say. An inspector of a park sees the park’s, but for those that speak of an inspector: they go to the county’s inspectors, who see no others.', answers: { type: ListedReportResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: ReportsQuery): Promise<Page<ListedReportResponse>> {
    return mapPage(await this.reports.list(actor, query), toListedReportResponse);
  }

  @Get(':id')
  @IdParam('report')
  @Call({ id: 'getIntegrityReport', summary: 'An integrity report', zh: '举报详情', description: 'Whole, with its ETag. Each reading is entered in the chain.', answers: { type: ReportResponse } })
  async get(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<ReportResponse> {
    return answer(reply, toReportResponse(await this.reports.read(actor, id)));
  }

  @Get(':id/files/:fileId')
  @IdParam('report')
  @ApiParam({ name: 'fileId', description: 'The file.', schema: { type: 'string', format: 'uuid', example: '01945c8e-7d20-7f5a-9c1b-3f6d1c2b4a59' } })
  @Call({ id: 'getIntegrityReportFile', summary: 'A file of a report', zh: '举报附件', description: 'In base64: a browser that opens the address has nothing to run. Each reading is entered in the chain.', answers: { type: ReportFileResponse } })
  async file(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Param('fileId', IdPipe) fileId: string): Promise<ReportFileResponse> {
    return toReportFileResponse(await this.reports.readFile(actor, id, fileId));
  }

  @Post(':id/question')
  @HttpCode(200)
  @IdParam('report')
  @Call({ id: 'questionIntegrityReport', once: true, summary: 'Ask the author', zh: '向举报人提问', description: 'Whoever has the receipt code sees it and may answer.', answers: { type: WrittenResponse }, problems: ['report-decided'] })
  async question(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() { text }: QuestionReport, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.reports.question(actor, id, text, once), same, async ({ id: seen }) => this.reports.requireVisible(actor, seen));
  }

  @Post(':id/identify')
  @HttpCode(200)
  @IdParam('report')
  @Call({ id: 'identifyIntegrityReport', once: true, summary: 'Say whom or which enterprise it means', zh: '确认被举报人或企业', description: 'From then on the cadres that an open report means are recused from the enterprise that it means. If one of them is an inspector of the park, the report goes to the county.', answers: { type: WrittenResponse }, problems: ['report-decided', 'reference-unknown'] })
  async identify(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: IdentifyReport, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.reports.identify(actor, id, body, once), same, async ({ id: seen }) => this.reports.requireVisible(actor, seen));
  }

  @Post(':id/decide')
  @HttpCode(200)
  @IdParam('report')
  @Call({ id: 'decideIntegrityReport', once: true, summary: 'Decide a report', zh: '举报办结', description: 'It recuses nobody any more: where somebody shall stay away, set a recusal.', answers: { type: WrittenResponse }, problems: ['report-decided'] })
  async decide(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: DecideReport, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.reports.decide(actor, id, body, once), same, async ({ id: seen }) => this.reports.requireVisible(actor, seen));
  }
}

function same({ id, parkId }: Written): WrittenResponse {
  return { id, parkId };
}
