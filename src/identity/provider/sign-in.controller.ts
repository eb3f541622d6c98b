import { createHmac, timingSafeEqual } from 'node:crypto';
import { Controller, Get, HttpCode, Logger, Param, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import type { Language } from '../../kernel/problem';
import { problemOf, safeCause } from '../../platform/db/problems';
import { languageOf } from '../../platform/http/problem.filter';
import { KeyEncryption } from '../../platform/key-encryption';
import { type Proved, SignIn } from '../accounts/sign-in.service';
import { showTotpSecret } from '../accounts/one-time-codes';
import type { SignedIn } from './oidc-adapter';
import { ProviderService } from './provider.service';
import { codePage, enrolPage, newPasswordPage, pageHeaders, passwordPage, signInNotice } from './sign-in-page';
import { type NoticeName, SIGN_IN_WORDS } from './sign-in-words';

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;
type Form = Readonly<Record<string, string | undefined>>;

/** What is remembered of a sign-in between its pages: by the server, not by the browser. */
interface UnderWay {
  readonly proved?: Proved;
  /** Sealed: what an authenticator is about to be given. */
  readonly secret?: string;
}

/** What the browser is shown next, or where it is sent. */
type Shown = { readonly status?: number; readonly page: string } | { readonly to: string };

interface Visit {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly provider: Provider;
  readonly interaction: Interaction;
  readonly language: Language;
  readonly underWay: UnderWay;
}

const ENROL_PURPOSE = 'totp enrolment';
const RETRY_S = 600;

/** The pages of signing in, one after the other, for people with a browser and without scripts. Which one is shown follows from what was proved, never from what is asked for. */
@ApiExcludeController()
@Controller('oidc/sign-in')
export class SignInController {
  readonly #logger = new Logger(SignInController.name);
  readonly #forms: Buffer;

  constructor(private readonly issuer: ProviderService, private readonly signIn: SignIn, private readonly sealing: KeyEncryption) {
    this.#forms = sealing.derive('sign-in forms');
  }

  @Get(':uid')
  async show(@Param('uid') uid: string, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    return this.#answering(uid, request, reply, async (visit) => this.#next(visit));
  }

  @Post(':uid')
  @HttpCode(200)
  async take(@Param('uid') uid: string, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    return this.#answering(uid, request, reply, async (visit) => {
      const form = formOf(request.body);
      // Not from a page of this sign-in: nothing of it is believed.
      if (!this.#isOurs(visit, form['seal'])) return this.#notice('expired', visit.language, 403);
      const { proved } = visit.underWay;
      if (proved === undefined) return this.#takePassword(visit, form);
      const demand = await this.signIn.demands(proved, request.id);
      if (demand === 'code') return this.#takeCode(visit, proved, form);
      if (demand === 'password') return this.#takeNewPassword(visit, proved, form);
      if (demand === 'enrol') return this.#takeEnrolment(visit, proved, form);
      return this.#next(visit);
    });
  }

  /** The page that is due, or the way back to the app when nothing is. */
  async #next(visit: Visit, alert?: string): Promise<Shown> {
    const { language, underWay: { proved }, request } = visit;
    const sheet = { language, seal: this.#sealOf(visit), alert };
    const status = alert === undefined ? 200 : 400;
    if (proved === undefined) return { status, page: passwordPage(sheet, formOf(request.body)['login'] ?? hinted(visit)) };
    const demand = await this.signIn.demands(proved, request.id);
    if (demand === undefined) return this.#again(visit);
    if (demand === 'code') return { status, page: codePage(sheet) };
    if (demand === 'password') return { status, page: newPasswordPage(sheet) };
    if (demand === 'nothing') return this.#finish(visit, proved);
    const secret = await this.#secret(visit);
    return { status, page: enrolPage(sheet, showTotpSecret(secret, await this.signIn.loginOf(proved.accountId, request.id) ?? '')) };
  }

  async #takePassword(visit: Visit, { login = '', password = '' }: Form): Promise<Shown> {
    const { request, language } = visit;
    const outcome = await this.signIn.checkPassword(login, password, request.ip, request.id);
    if (outcome === 'later') {
      void visit.reply.header('retry-after', RETRY_S);
      return this.#notice('later', language, 429);
    }
    return outcome === 'refused' ? this.#next(visit, SIGN_IN_WORDS[language].signIn.refused) : this.#goOn(visit, { proved: outcome });
  }

  async #takeCode(visit: Visit, proved: Proved, { code = '' }: Form): Promise<Shown> {
    const more = await this.signIn.checkCode(proved, code, visit.request.id);
    return more === undefined ? this.#next(visit, SIGN_IN_WORDS[visit.language].code.refused) : this.#goOn(visit, { proved: more });
  }

  async #takeNewPassword(visit: Visit, proved: Proved, { chosen = '', again = '' }: Form): Promise<Shown> {
    const { password: words } = SIGN_IN_WORDS[visit.language];
    if (chosen !== again) return this.#next(visit, words.differ);
    const outcome = await this.signIn.changePassword(proved, chosen, visit.interaction.session?.uid, visit.request.id);
    if (outcome === undefined) return this.#again(visit);
    return typeof outcome === 'string' ? this.#next(visit, words.faults[outcome]) : this.#goOn(visit, { proved: outcome });
  }

  async #takeEnrolment(visit: Visit, proved: Proved, { code = '' }: Form): Promise<Shown> {
    const more = await this.signIn.enrol(proved, await this.#secret(visit), code, visit.request.id);
    return more === undefined ? this.#next(visit, SIGN_IN_WORDS[visit.language].enrol.refused) : this.#goOn(visit, { proved: more });
  }

  /** What was proved counts no more: the account was locked, or has another password. */
  async #again(visit: Visit): Promise<Shown> {
    await this.#remember(visit, {});
    return this.#next({ ...visit, underWay: {} }, SIGN_IN_WORDS[visit.language].signIn.refused);
  }

  async #goOn(visit: Visit, underWay: UnderWay): Promise<Shown> {
    await this.#remember(visit, underWay);
    if (underWay.proved !== undefined && await this.signIn.demands(underWay.proved, visit.request.id) === 'nothing') return this.#finish(visit, underWay.proved);
    // Fetched anew, so that going back in the browser sends no password again.
    return { to: `?lang=${visit.language}` };
  }

  async #finish(visit: Visit, proved: Proved): Promise<Shown> {
    const { provider, request, reply, interaction } = visit;
    const app = typeof interaction.params['client_id'] === 'string' ? interaction.params['client_id'] : 'unknown';
    if (!(await this.signIn.complete(proved, app, request.id))) return this.#again(visit);
    const login: SignedIn = { accountId: proved.accountId, amr: [...proved.proofs], remember: false, credential: proved.credential };
    return { to: await provider.interactionResult(request.raw, reply.raw, { login }, { mergeWithLastSubmission: false }) };
  }

  async #secret(visit: Visit): Promise<Buffer> {
    const known = visit.underWay.secret;
    if (known !== undefined) return this.sealing.open(ENROL_PURPOSE, Buffer.from(known, 'base64'));
    const secret = this.signIn.newSecret();
    await this.#remember(visit, { ...visit.underWay, secret: this.sealing.seal(ENROL_PURPOSE, secret).toString('base64') });
    return secret;
  }

  async #remember({ provider, request, reply }: Visit, underWay: UnderWay): Promise<void> {
    await provider.interactionResult(request.raw, reply.raw, { underWay }, { mergeWithLastSubmission: false });
  }

  async #answering(uid: string, request: FastifyRequest, reply: FastifyReply, work: (visit: Visit) => Promise<Shown>): Promise<string> {
    const language = languageFor(request);
    const { shown, leadsTo } = await this.#work(uid, request, reply, language, work);
    void reply.headers(pageHeaders(leadsTo));
    if ('to' in shown) {
      void reply.status(303).header('location', shown.to);
      return '';
    }
    void reply.status(shown.status ?? 200);
    return shown.page;
  }

  async #work(uid: string, request: FastifyRequest, reply: FastifyReply, language: Language, work: (visit: Visit) => Promise<Shown>): Promise<{ readonly shown: Shown; readonly leadsTo: readonly string[] }> {
    try {
      const { provider } = await this.issuer.current();
      const interaction = await provider.interactionDetails(request.raw, reply.raw).catch((error: unknown) => (isExpiry(error) ? undefined : Promise.reject(error as Error)));
      // The cookie says which sign-in it is; an address that was handed over says nothing.
      if (interaction === undefined || interaction.uid !== uid) return { shown: this.#notice('expired', language, 400), leadsTo: [] };
      const { underWay = {} } = (interaction.result ?? {}) as { readonly underWay?: UnderWay };
      const { redirect_uri: back } = interaction.params;
      return { shown: await work({ request, reply, provider, interaction, language, underWay }), leadsTo: typeof back === 'string' ? [back] : [] };
    } catch (error) {
      const problem = problemOf(error);
      this.#logger.error({ requestId: request.id, err: safeCause(problem?.cause ?? error) }, 'a page of signing in failed');
      if (problem?.retryAfterSeconds !== undefined) void reply.header('retry-after', problem.retryAfterSeconds);
      return { shown: this.#notice('fault', language, problem?.status ?? 500), leadsTo: [] };
    }
  }

  #notice(name: NoticeName, language: Language, status: number): Shown {
    return { status, page: signInNotice(name, language) };
  }

  #sealOf({ interaction }: Visit): string {
    return createHmac('sha256', this.#forms).update(interaction.uid).digest('base64url');
  }

  #isOurs(visit: Visit, given: string | undefined): boolean {
    const seal = Buffer.from(this.#sealOf(visit));
    const said = Buffer.from(given ?? '');
    return said.length === seal.length && timingSafeEqual(said, seal);
  }
}

function formOf(body: unknown): Form {
  return typeof body === 'object' && body !== null ? Object.fromEntries(Object.entries(body).filter((pair): pair is [string, string] => typeof pair[1] === 'string')) : {};
}

function hinted({ interaction }: Visit): string {
  const { login_hint: hint } = interaction.params;
  return typeof hint === 'string' ? hint.slice(0, 64) : '';
}

function isExpiry(error: unknown): boolean {
  return error instanceof Error && error.name === 'SessionNotFound';
}

/** What was switched to, what the app asked for, or what the browser prefers. */
function languageFor({ query, headers }: FastifyRequest): Language {
  const { lang } = query as { readonly lang?: unknown };
  return lang === 'zh' || lang === 'en' ? lang : languageOf(headers['accept-language']);
}
