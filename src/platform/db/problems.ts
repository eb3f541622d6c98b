import { types } from 'node:util';
import { Problem } from '../../kernel/problem';
import type { ProblemCode } from '../../kernel/problem-catalogue';

/** Constraints that a client can run into, and the problem that its call answers. Others are faults of ours and stay errors. */
const PROBLEM_OF_CONSTRAINT: Readonly<Record<string, ProblemCode>> = {
  park_code_once: 'park-code-taken',
  working_hours_one_version_a_day: 'version-exists',
  park_policy_one_version_a_day: 'version-exists',
  department_name_once: 'department-name-taken',
  enterprise_uscc_once_per_park: 'uscc-taken',
  cadre_identity_once: 'identity-taken',
  cadre_leave_one_at_a_time: 'leave-overlaps',
  assignment_one_per_capacity: 'assignment-overlaps',
  guide_item_code_once: 'guide-code-taken',
  guide_item_version_one_a_day: 'version-exists',
  matter_one_per_guide_item: 'matter-exists',
  matter_ticket_in_one_open: 'ticket-in-matter',
  account_login_once: 'login-taken',
  account_one_per_cadre: 'account-exists',
};

// 40001 serialization_failure, 40P01 deadlock_detected: the database gave this transaction up so that another could go on.
const RETRYABLE = new Set(['40001', '40P01']);
// 55P03 lock_not_available, 57014 query_canceled: our own timeouts ran out while others held what was needed.
const TIMED_OUT = new Set(['55P03', '57014']);
// Class 53 (no connection, memory or disk left), 25P03: our transaction was idle for so long that the server ended it.
const OVERLOADED = /^(?:53|25P03)/;
// Classes 08 (connection), 57P (shutdown, starting up) and 58 (the server's own system), and 25006, a standby that does not take writes:
// the database is away. So is it by what the socket says.
const AWAY = /^(?:08|57P|58|25006)/;
const AWAY_SOCKET = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'ENOTFOUND', 'EAI_AGAIN',
  'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END', 'ERR_SOCKET_CLOSED',
]);
// pg has no codes for what happens to a connection: these are all its sentences (lib/client.js, lib/connection.js; pg-pool/index.js).
const AWAY_SENTENCE = /^(?:Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout|timeout expired|Cannot use a pool after calling end)/;
/** What pg says of a connection that broke. */
export const BROKEN = 'Connection terminated unexpectedly';
/** What pg says of a question that stayed without an answer. */
export const NO_ANSWER = 'Query read timeout';
// The pool's sentence for whoever waited in vain for one of its connections.
export const NONE_TO_BE_HAD = 'timeout exceeded when trying to connect';
// 22P02, 22003, 22007, 22008, 22021: text that is no UUID, number, date or text at all. Fields are checked before, so it came in the key of a forged cursor.
const UNREADABLE = new Set(['22P02', '22003', '22007', '22008', '22021']);
const SQLSTATE = /^[0-9A-Z]{5}$/;
// 23505 unique, 23P01 exclusion.
const TAKEN = new Set(['23505', '23P01']);

interface DatabaseFault {
  readonly code?: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly message: string;
}

/** Whether the whole transaction may be run again. */
export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(faultOf(error)?.code ?? '');
}

/** Whether a statement failed only because one before it had: 25P02 in_failed_sql_transaction; 26000, a name that was not prepared for that reason. */
export function isConsequence(error: unknown): boolean {
  return ['25P02', '26000'].includes(faultOf(error)?.code ?? '');
}

/** Whether a statement failed since its name was not prepared on the connection (26000). */
export function isUnprepared(error: unknown): boolean {
  return faultOf(error)?.code === '26000';
}

/** The problem behind an error of the database, or `undefined` when it is a fault of ours. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  const fault = faultOf(error);
  if (fault === undefined) return undefined;
  const { code = '', constraint = '' } = fault;
  const known = PROBLEM_OF_CONSTRAINT[constraint];
  if (known !== undefined) return new Problem(known, { cause: error });
  if (TAKEN.has(code)) return new Problem(constraint.endsWith('_pkey') ? 'id-taken' : 'conflict', { cause: error });
  if (UNREADABLE.has(code)) return new Problem('cursor-invalid', { cause: error });
  return troubleOf(error, fault);
}

/** Whether it is no refusal but trouble of the database, after which the same call may well succeed. */
export function isTrouble(error: unknown): boolean {
  const fault = error instanceof Problem ? undefined : faultOf(error);
  return fault !== undefined && troubleOf(error, fault) !== undefined;
}

/** Whether a lock was not to be had within the lock timeout (55P03). */
export function isLockTimeout(error: unknown): boolean {
  return faultOf(error)?.code === '55P03';
}

/** Whether a connection could not be opened in the time that there was. */
export function hasTimedOut(error: unknown): boolean {
  const message = faultOf(error)?.message ?? '';
  return message === NONE_TO_BE_HAD || /^(?:timeout expired|Connection terminated due to connection timeout)/.test(message);
}

// What became of a COMMIT whose answer never came is not known; whoever sends again with the same id learns it.
function troubleOf(error: unknown, { code = '', message }: DatabaseFault): Problem | undefined {
  if (RETRYABLE.has(code) || TIMED_OUT.has(code) || OVERLOADED.test(code) || message === NONE_TO_BE_HAD) return new Problem('busy', { retryAfterSeconds: 1, cause: error });
  if (AWAY.test(code) || AWAY_SOCKET.has(code) || AWAY_SENTENCE.test(message)) return new Problem('unavailable', { retryAfterSeconds: 2, cause: error });
  return undefined;
}

/** The name of the constraint that an error speaks of. */
export function constraintOf(error: unknown): string | undefined {
  return faultOf(error)?.constraint;
}

/** Whether PostgreSQL refuses a statement, on a connection that is as good as before. Its words depend on the language of the server. */
export function saysSomething(error: unknown): boolean {
  return SQLSTATE.test(faultOf(error)?.code ?? '') && problemOf(error)?.code !== 'unavailable';
}

/** What was thrown, as the error that it mostly is: one of Node's own remains itself, wherever this code is run. */
export function asError(thrown: unknown): Error {
  return types.isNativeError(thrown) ? thrown : new Error(String(thrown));
}

// TypeORM wraps what pg throws; both carry the fields.
function faultOf(error: unknown): DatabaseFault | undefined {
  if (!types.isNativeError(error)) return undefined;
  const inner = (error as { driverError?: unknown }).driverError;
  return types.isNativeError(inner) ? inner : error;
}

/** An error as it may be logged: a driver's quotes values of rows (names, phones); its code and place are enough to find the cause. */
export function safeCause(cause: unknown): unknown {
  const inner = (cause as { driverError?: unknown } | undefined)?.driverError ?? cause;
  if (inner instanceof Error && 'severity' in inner) {
    const { code, constraint, table, routine, stack } = inner as Error & Record<string, unknown>;
    return { code, constraint, table, routine, stack: String(stack).split('\n').slice(1).join('\n') };
  }
  return inner;
}
