/** Nothing here may wait for ever: each connection that there is says how long, as it opens. Milliseconds. */

/** Opening a connection, and waiting for one of the pool: whoever asks hears within a second that there is none. */
export const CONNECTION_WAIT_MS = 900;

// The statement timeout is longer than the slowest sweep that was measured; a lock is waited for as long as a user would.
const STATEMENT_MS = 60_000;
const LOCK_MS = 10_000;
const IDLE_IN_TRANSACTION_MS = 60_000;

/** A server that has frozen keeps no timeout of its own: so long after it should have answered, the connection is given up. */
export const ANSWER_MS = STATEMENT_MS + 5_000;

// A migration may have to build an index, but whoever waits for an exclusive lock keeps all that come later waiting behind it.
const MIGRATION_STATEMENT_MS = 1_800_000;
const MIGRATION_LOCK_MS = 2_000;

/** Finds a line that died without a word even where nothing is asked on it. */
export const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const;

/** What a connection of the application sets as it opens. */
export const APPLICATION_SESSION = [
  '-c search_path=public,extensions -c timezone=UTC',
  `-c statement_timeout=${STATEMENT_MS} -c lock_timeout=${LOCK_MS} -c idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_MS}`,
].join(' ');

// One park's row that somebody holds is left for the next pass: those of the others wait behind it.
const SEALER_LOCK_MS = 500;

/** What the sealer's connection sets beyond that: the last word holds. */
export const SEALER_SESSION = `-c lock_timeout=${SEALER_LOCK_MS}`;

/** What a connection sets that changes the schema, as its owner. */
export const MIGRATION_SESSION = [
  '-c search_path=public,extensions',
  `-c statement_timeout=${MIGRATION_STATEMENT_MS} -c lock_timeout=${MIGRATION_LOCK_MS} -c idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_MS}`,
].join(' ');

/** What a connection sets beyond that which only listens and says that it is alive. */
export const SIGNALS_SESSION = '-c statement_timeout=5000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=5000';
