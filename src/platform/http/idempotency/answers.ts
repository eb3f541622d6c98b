import { createParamDecorator, type ExecutionContext, Injectable, type PipeTransform } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EntityManager } from 'typeorm';
import { type Actor, callerOf } from '../../../kernel/actor';
import { Problem } from '../../../kernel/problem';
import { Clock } from '../../clock';
import { Database } from '../../db/database';
import type { Once } from '../../db/once';
import { problemOf } from '../../db/problems';
import { PROBLEM_JSON, renderProblem } from '../problem.filter';
import type { Created, Versioned } from '../request';
import { fingerprintOf, readIdempotencyKey, scopeOf } from './idempotency-key';
import { type Kept, KeptAnswersStore } from './kept-answers.store';

/** What a `POST` answers: a resource of a park. */
export type Answered = Partial<Versioned> & { readonly id: string; readonly parkId?: string };

/** Asks whether the caller may still read what was answered: throws `not-found` if not. */
type Recheck<T> = (kept: T) => Promise<unknown>;

/** What is kept of an answer that shows a secret once: sent again it says all but that. */
type WithoutSecrets<T> = (body: T) => T;

interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly parkId: string | null;
}

const JSON_TYPE = 'application/json; charset=utf-8';
// What the ledger refuses is answered the same when it is asked again; a fault, or a limit of the moment, is not.
const REFUSALS = [403, 404, 409, 412, 422];
// A twin is one use case, which takes some hundredths of a second.
const TWIN_SECONDS = 1;

/** Somebody else has finished the same call in the meantime. */
class AnsweredBefore extends Error {}

/**
 * How a controller answers a `POST`: with what its use case says, and under an `Idempotency-Key` once. The first answer is kept in the
 * transaction of its effect and sent again, byte for byte, to whoever sends the same call, after the guard has let them through.
 */
export class Answers {
  constructor(
    private readonly store: KeptAnswersStore, private readonly database: Database, private readonly clock: Clock,
    private readonly request: FastifyRequest, private readonly reply: FastifyReply,
  ) {}

  /** A creation: 201, or 200 when a client-made id came again. */
  async created<R, T extends Answered>(useCase: (once?: Once<Created<R>>) => Promise<Created<R>>, map: (result: R) => T, recheck?: Recheck<T>, withoutSecrets?: WithoutSecrets<T>): Promise<string> {
    const render = (censor: WithoutSecrets<T>) => ({ created, body }: Created<R>): Rendered => rendered(created ? 201 : 200, censor(map(body)));
    return this.#answer(useCase, render((body) => body), recheck, withoutSecrets === undefined ? undefined : render(withoutSecrets));
  }

  /** A step of something that exists: 200. */
  async done<R, T extends Answered>(useCase: (once?: Once<R>) => Promise<R>, map: (result: R) => T, recheck?: Recheck<T>, withoutSecrets?: WithoutSecrets<T>): Promise<string> {
    const render = (censor: WithoutSecrets<T>) => (result: R): Rendered => rendered(200, censor(map(result)));
    return this.#answer(useCase, render((body) => body), recheck, withoutSecrets === undefined ? undefined : render(withoutSecrets));
  }

  /** Something more of what exists, a version, a session, a reply: 201. */
  async added<R, T extends Answered>(useCase: (once?: Once<R>) => Promise<R>, map: (result: R) => T, recheck?: Recheck<T>): Promise<string> {
    return this.#answer(useCase, (result) => rendered(201, map(result)), recheck);
  }

  /** What must lie nowhere, personal data in full: every call is carried out, and leaves its trace. */
  async unkept<R, T extends Answered>(useCase: () => Promise<R>, map: (result: R) => T): Promise<string> {
    // A key that is none is refused here, too.
    readIdempotencyKey(this.request.headers['idempotency-key']);
    return this.#send(rendered(200, map(await useCase())));
  }

  async #answer<R, T extends Answered>(useCase: (once?: Once<R>) => Promise<R>, render: (result: R) => Rendered, recheck?: Recheck<T>, renderKept = render): Promise<string> {
    const { actor } = this.request;
    const key = readIdempotencyKey(this.request.headers['idempotency-key']);
    if (key === undefined || actor === undefined) return this.#send(render(await useCase()));
    const call = this.#callOf(actor, key);
    const known = await this.store.find(actor, call.scope);
    if (known !== undefined) return this.#repeat(known, call, recheck);
    try {
      return await this.#first(useCase, render, renderKept, call);
    } catch (error) {
      const answered = await this.#settle(error, call);
      if (answered === undefined) throw error;
      return this.#repeat(answered, call, recheck);
    }
  }

  async #first<R>(useCase: (once?: Once<R>) => Promise<R>, render: (result: R) => Rendered, renderKept: (result: R) => Rendered, call: KeyedCall): Promise<string> {
    let answer: Rendered | undefined;
    const around = async (em: EntityManager, work: (em: EntityManager) => Promise<R>): Promise<R> => {
      await this.#claim(em, call);
      const result = await work(em);
      answer = render(result);
      await this.#keep(em, call, renderKept(result));
      return result;
    };
    await useCase({ around });
    if (answer === undefined) throw new TypeError('the use case did not pass "once" to its transaction');
    return this.#send(answer);
  }

  /** The answer that there is when the use case has failed: a twin's, or its own refusal, which is kept from now on. */
  async #settle(error: unknown, call: KeyedCall): Promise<Kept | undefined> {
    if (!(error instanceof AnsweredBefore)) {
      const refusal = refusalIn(error);
      if (refusal === undefined || await this.#keepRefusal(refusal, call)) return undefined;
    }
    const kept = await this.store.find(call.actor, call.scope);
    // Kept for a park that the caller has lost.
    if (kept === undefined) throw new Problem('not-found');
    return kept;
  }

  /** False when a twin's answer was there before. */
  async #keepRefusal(refusal: Problem, call: KeyedCall): Promise<boolean> {
    const { body, language } = renderProblem(refusal, this.request);
    const answer = { status: refusal.status, headers: { 'content-type': PROBLEM_JSON, 'content-language': language }, body, parkId: null };
    try {
      await this.database.transact(call.actor, async (em) => {
        await this.#claim(em, call);
        await this.#keep(em, call, answer);
      });
      return true;
    } catch (failure) {
      if (failure instanceof AnsweredBefore) return false;
      throw failure;
    }
  }

  async #claim(em: EntityManager, { scope }: KeyedCall): Promise<void> {
    const claimed = await this.store.claim(em, scope);
    if (claimed === 'running') throw new Problem('twin-running', { retryAfterSeconds: TWIN_SECONDS });
    if (claimed === 'answered') throw new AnsweredBefore();
  }

  async #keep(em: EntityManager, { scope, fingerprint }: KeyedCall, answer: Rendered): Promise<void> {
    if (!(await this.store.keep(em, { scope, fingerprint, ...answer, keptAt: this.clock.now() }))) throw new AnsweredBefore();
  }

  async #repeat<T extends Answered>(kept: Kept, { fingerprint }: KeyedCall, recheck?: Recheck<T>): Promise<string> {
    if (!kept.fingerprint.equals(fingerprint)) throw new Problem('idempotency-key-reused', { errors: [{ pointer: '/header/idempotency-key', code: 'idempotency-key-reused' }] });
    void this.reply.header('idempotency-replayed', 'true');
    if (kept.status < 300 && recheck !== undefined) await requireReadable(JSON.parse(kept.body) as T, kept.status, recheck);
    return this.#send(kept);
  }

  #send({ status, headers, body }: Pick<Rendered, 'status' | 'headers' | 'body'>): string {
    void this.reply.status(status).headers(headers);
    return body;
  }

  #callOf(actor: Actor, key: string): KeyedCall {
    const { method, routeOptions, params, body, query, headers } = this.request;
    const scope = scopeOf({ caller: callerOf(actor), method, route: routeOptions.url ?? '', params: params as Readonly<Record<string, string>> }, key);
    return { actor, scope, fingerprint: fingerprintOf({ body, query, ifMatch: headers['if-match'] }, key) };
  }
}

/**
 * What was done stays done, also where the caller may not read any more what came of it, be it by their own step: they learn that, and no more.
 * Problem `done-out-of-reach`.
 */
async function requireReadable<T extends Answered>(kept: T, answered: number, recheck: Recheck<T>): Promise<void> {
  try {
    await recheck(kept);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'not-found') throw error;
    throw new Problem('done-out-of-reach', { extensions: { done: { status: answered, id: kept.id } } });
  }
}

interface KeyedCall {
  readonly actor: Actor;
  readonly scope: Buffer;
  readonly fingerprint: Buffer;
}

function rendered(status: number, body: Answered): Rendered {
  const headers = { 'content-type': JSON_TYPE, ...(body.version === undefined ? {} : { etag: `"${body.version}"` }) };
  // A park is its own park.
  return { status, headers, body: JSON.stringify(body), parkId: body.parkId ?? body.id };
}

function refusalIn(error: unknown): Problem | undefined {
  const problem = problemOf(error);
  if (problem === undefined || !REFUSALS.includes(problem.status) || problem.code === 'twin-running') return undefined;
  // Not by a rule: two wrote the same at once, and the one that comes again may find it settled.
  const chance = problem.cause !== undefined && ['conflict', 'id-taken'].includes(problem.code);
  return chance ? undefined : problem;
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

@Injectable()
export class AnswersPipe implements PipeTransform<Exchange, Answers> {
  constructor(private readonly store: KeptAnswersStore, private readonly database: Database, private readonly clock: Clock) {}

  transform({ request, reply }: Exchange): Answers {
    return new Answers(this.store, this.database, this.clock, request, reply);
  }
}

const OfExchange = createParamDecorator((_data: unknown, context: ExecutionContext): Exchange => {
  const http = context.switchToHttp();
  return { request: http.getRequest<FastifyRequest>(), reply: http.getResponse<FastifyReply>() };
});

/** How this call answers. Every `POST` of a caller with a token takes it, but for those whose answer must not be kept. */
export const Answering = (): ParameterDecorator => OfExchange(AnswersPipe);
