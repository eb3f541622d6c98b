import { applyDecorators, Body, Controller, createParamDecorator, type ExecutionContext, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../kernel/problem';
import { Call } from '../platform/http/call';
import { FollowedReportResponse, GivenReceiptResponse, GiveReport, SayToInspectors, toFollowedReportResponse } from './receipts.dto';
import { ReceiptsService } from './receipts.service';

const HEADER = 'x-receipt-code';

/** The code of a receipt: in a header, since addresses are logged on the way. Problem `malformed` without one. */
const ReceiptCode = createParamDecorator((_data: unknown, context: ExecutionContext): string => {
  const given = context.switchToHttp().getRequest<FastifyRequest>().headers[HEADER];
  if (typeof given !== 'string' || given.trim() === '') throw new Problem('malformed', { errors: [{ pointer: `/header/${HEADER}`, code: 'required' }] });
  return given;
});

function TakesReceiptCode(): MethodDecorator {
  return applyDecorators(ApiHeader({ name: 'X-Receipt-Code', required: true, description: 'The code that was shown when the report was received, with hyphens or without.', schema: { type: 'string', maxLength: 100 }, example: 'A1B0-C2D3-E4F5-G6H7-J8K9-M1N0-P1Q2' }));
}

/** The author's side. Nobody is asked who they are; a token that is sent along is not looked at. */
@ApiTags('Integrity')
@Controller('integrity')
export class ReceiptsController {
  constructor(private readonly receipts: ReceiptsService) {}

  @Post('reports')
  @Call({ id: 'giveIntegrityReport', public: true, summary: 'Report a breach of the four prohibitions', zh: '举报违反“四个不允许”', description: 'Named or anonymous, read by the park’s inspectors alone, or, where it speaks of one of them, by the county’s. Answers the receipt code, once; sent again, it is another report. A park takes so many files and reports a day: beyond that 429, with `used-up` at `/files` where the report without them is taken.', answers: { type: GivenReceiptResponse, status: 201 }, problems: ['reference-unknown', 'in-future'] })
  async give(@Body() body: GiveReport, @Req() request: FastifyRequest): Promise<GivenReceiptResponse> {
    const { receiptCode, receivedAt } = await this.receipts.report(body, request.id);
    return { receiptCode, receivedAt: receivedAt.toISOString() };
  }

  @Get('receipts')
  @TakesReceiptCode()
  @Call({ id: 'followIntegrityReport', public: true, summary: 'Follow a report', zh: '凭查询码查看举报进展', description: 'What the inspectors ask, what was answered, and what it came to. What was reported is not repeated.', answers: { type: FollowedReportResponse }, problems: ['not-found'] })
  async follow(@ReceiptCode() code: string, @Req() request: FastifyRequest): Promise<FollowedReportResponse> {
    return toFollowedReportResponse(await this.receipts.follow(code, request.id));
  }

  @Post('receipts/messages')
  @HttpCode(200)
  @TakesReceiptCode()
  @Call({ id: 'answerIntegrityQuestion', public: true, summary: 'Say something to the inspectors', zh: '凭查询码答复纪检', description: 'An answer to a question, or more of what there is to say, while the report is open, fifty times a day at most. Answers the report as it then is. Whoever wants to report an inspector should make a new report and not say it here: who has read the report until then loses it when a message speaks of one of the park’s inspectors, and may guess why.', answers: { type: FollowedReportResponse }, problems: ['not-found', 'report-decided'] })
  async say(@ReceiptCode() code: string, @Body() { text }: SayToInspectors, @Req() request: FastifyRequest): Promise<FollowedReportResponse> {
    return toFollowedReportResponse(await this.receipts.say(code, text, request.id));
  }
}
