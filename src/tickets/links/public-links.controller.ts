import { applyDecorators, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiConsumes, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type FieldError, type Language, Problem } from '../../kernel/problem';
import { problemOf } from '../../platform/db/problems';
import { Call } from '../../platform/http/call';
import { languageOf } from '../../platform/http/problem.filter';
import { RequestPipe } from '../../platform/http/validation';
import type { LinkPurpose } from '../domain/enterprise-link';
import { LinkAnswers, type LinkReply } from './link-answers.service';
import { noticePage, PAGE_HEADERS, questionPage } from './link-page';
import type { PageWords } from './link-words';
import { AnswerLink, LinkAnsweredResponse, LinkResponse, toLinkResponse } from './links.dto';

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json; charset=utf-8';
const PAGE = 'A page in Chinese or English for a phone, without scripts; the same as JSON with `Accept: application/json`.';
const NOTICE_OF_STATUS: Readonly<Record<number, keyof PageWords['notices']>> = { 404: 'unknown', 410: 'answered', 429: 'later', 503: 'later' };
const FIELD_OF: Readonly<Record<LinkPurpose, 'understood' | 'grade' | 'solved'>> = { acknowledge: 'understood', evaluate: 'grade', question: 'solved' };

function OfLink(): MethodDecorator {
  return applyDecorators(
    ApiParam({ name: 'token', description: 'What opens the link.', schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$', example: 'q1MKEvRpLAHKN4Rq1MKEvRpLAHKN4Rq1MKEvRpLAHKN' } }),
    ApiQuery({ name: 'lang', required: false, description: 'The language of the page, in the place of `Accept-Language`. Whatever else stands in the query is passed over: chat programs add to it.', schema: { type: 'string', enum: ['zh', 'en'] } }),
  );
}

/** Links as they are opened and answered by whoever has one: a page for people, JSON for programs. */
@ApiTags('Links')
@Controller('public/links')
export class PublicLinksController {
  readonly #pipe = new RequestPipe();

  constructor(private readonly answers: LinkAnswers) {}

  @Get(':token')
  @OfLink()
  @Call({ id: 'openLink', public: true, page: true, summary: 'Open a link', zh: '打开企业答复链接', description: `The ticket’s number and title, what the enterprise was told, and what it is asked. Changes nothing, however often it is fetched. ${PAGE}`, answers: { type: LinkResponse }, problems: ['not-found', 'link-answered'] })
  async open(@Param('token') token: string, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    return this.#answering(request, reply, async () => {
      const link = await this.answers.open(token, request.id);
      const shown = toLinkResponse(link);
      return { json: shown, html: () => questionPage(shown, link.zone, languageFor(request)) };
    });
  }

  @Post(':token')
  @HttpCode(200)
  @OfLink()
  @ApiConsumes('application/json', FORM)
  @Call({ id: 'answerLink', public: true, page: true, summary: 'Answer through a link', zh: '提交企业答复', description: `Uses the link up and takes the step, both or neither. Of several answers at once one counts. ${PAGE}`, body: AnswerLink, answers: { type: LinkAnsweredResponse }, problems: ['not-found', 'link-answered'] })
  async answer(@Param('token') token: string, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    return this.#answering(request, reply, async () => {
      const purpose = await this.answers.purposeOf(token, request.id);
      const said = await this.#read(request, purpose).catch((error: unknown) => (error instanceof Problem && !wantsJson(request) ? undefined : Promise.reject(error as Error)));
      if (said === undefined) return this.#askAgain(token, request, reply);
      await this.answers.answer(token, said, request.id);
      return { json: { purpose, answered: true }, html: () => noticePage('thanks', languageFor(request)) };
    });
  }

  /** What was sent was no answer: the form again, with a word about it. */
  async #askAgain(token: string, request: FastifyRequest, reply: FastifyReply): Promise<Shown> {
    const link = await this.answers.open(token, request.id);
    void reply.status(400);
    return { json: undefined, html: () => questionPage(toLinkResponse(link), link.zone, languageFor(request), true) };
  }

  async #answering(request: FastifyRequest, reply: FastifyReply, work: () => Promise<Shown>): Promise<string> {
    const json = wantsJson(request);
    try {
      const shown = await work();
      void reply.headers(json ? { 'content-type': JSON_TYPE, 'vary': 'accept, accept-language' } : PAGE_HEADERS);
      return json ? JSON.stringify(shown.json) : shown.html();
    } catch (error) {
      const problem = json ? undefined : problemOf(error);
      const notice = problem === undefined ? undefined : NOTICE_OF_STATUS[problem.status];
      if (problem === undefined || notice === undefined) throw error;
      if (problem.retryAfterSeconds !== undefined) void reply.header('retry-after', problem.retryAfterSeconds);
      void reply.status(problem.status).headers(PAGE_HEADERS);
      return noticePage(notice, languageFor(request));
    }
  }

  /** Problem `malformed`, with the fields. */
  async #read(request: FastifyRequest, purpose: LinkPurpose): Promise<LinkReply> {
    const given = isForm(request) ? fromForm(request.body as Readonly<Record<string, string>> | null | undefined) : request.body ?? {};
    const { comment, ...said } = await this.#pipe.transform(given, { type: 'body', metatype: AnswerLink }) as AnswerLink;
    const field = FIELD_OF[purpose];
    const strange = Object.entries(said).flatMap(([name, value]): FieldError[] => (name === field || value === undefined ? [] : [{ pointer: `/${name}`, code: 'unknown-field' }]));
    if (strange.length > 0) throw new Problem('malformed', { errors: strange });
    if (said[field] === undefined) throw new Problem('malformed', { errors: [{ pointer: `/${field}`, code: 'required' }] });
    return { purpose, [field]: said[field], comment } as LinkReply;
  }
}

interface Shown {
  readonly json: object | undefined;
  readonly html: () => string;
}

/** What a form cannot say: numbers, yes and no, and that nothing was written. */
function fromForm(body: Readonly<Record<string, string>> | null | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body ?? {}).filter(([, value]) => value.trim() !== '').map(([name, value]): [string, unknown] => {
    if (name === 'grade' && /^\d$/.test(value)) return [name, Number(value)];
    if ((name === 'understood' || name === 'solved') && (value === 'true' || value === 'false')) return [name, value === 'true'];
    return [name, value.replaceAll('\r\n', '\n')];
  }));
}

function isForm({ headers }: FastifyRequest): boolean {
  return (headers['content-type'] ?? '').toLowerCase().startsWith(FORM);
}

/** A page, unless a program asks: chat programs that look at a link say that they take anything. */
function wantsJson({ headers }: FastifyRequest): boolean {
  const { accept = '', 'content-type': type = '' } = headers;
  return !accept.includes('text/html') && (accept.includes('json') || type.includes('json'));
}

function languageFor({ query, headers }: FastifyRequest): Language {
  const { lang } = query as { readonly lang?: unknown };
  return lang === 'zh' || lang === 'en' ? lang : languageOf(headers['accept-language']);
}
