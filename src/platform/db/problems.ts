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
};

// 40001 serialization_failure, 40P01 deadlock_detected: the database gave this transaction up so that another could go on.
const RETRYABLE = new Set(['40001', '40P01']);
// 55P03 lock_not_available, 57014 query_canceled: our own timeouts ran out while others held what was needed.
const TIMED_OUT = new Set(['55P03', '57014']);
// Classes 08 (connection) and 57P (shutdown, starting up), and what the socket says: the database is away.
const AWAY = /^(?:08|57P)/;
const AWAY_SOCKET = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
// What pg and its pool say without a code: all connections are taken; a connection was not opened in time, has ended, or ends.
const POOL_EXHAUSTED = /timeout exceeded when trying to connect/;
const BROKEN_CONNECTION = /Connection terminated|connection error and is not queryable|Client was closed|Cannot use a pool after calling end|Connection ended unexpectedly/;
// 22P02, 22003, 22007, 22008, 22021: text that is no UUID, number, date or text at all. Fields are checked before, so it came in the key of a forged cursor.
const UNREADABLE = new Set(['22P02', '22003', '22007', '22008', '22021']);
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
  if (RETRYABLE.has(code) || TIMED_OUT.has(code)) return new Problem('busy', { retryAfterSeconds: 1, cause: error });
  if (POOL_EXHAUSTED.test(fault.message)) return new Problem('busy', { retryAfterSeconds: 1, cause: error });
  if (AWAY.test(code) || AWAY_SOCKET.has(code) || BROKEN_CONNECTION.test(fault.message)) {
    return new Problem('unavailable', { retryAfterSeconds: 2, cause: error });
  }
  return undefined;
}

/** The name of the constraint that an error speaks of. */
export function constraintOf(error: unknown): string | undefined {
  return faultOf(error)?.constraint;
}

// TypeORM wraps what pg throws; both carry the fields.
function faultOf(error: unknown): DatabaseFault | undefined {
  if (!types.isNativeError(error)) return undefined;
  const inner = (error as { driverError?: unknown }).driverError;
  return types.isNativeError(inner) ? inner : error;
}
