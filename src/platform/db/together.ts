import { type Connection, Query, type QueryConfig } from 'pg';

/** What a query of pg does with a connection when it is sent, beyond its published type. */
type Prepared = Query & { prepare(connection: Connection): void };

/**
 * Several statements that a connection has prepared before, sent as one: one packet there and one back, and one transaction, since
 * PostgreSQL ends none before a Sync. What the first of them sets for the transaction, as the scope, holds for the others and no longer.
 * pg answers with a result for each, as it does for a text of several statements.
 */
export class Together extends Query {
  constructor(readonly statements: readonly QueryConfig[]) {
    super({ text: '' });
  }

  override submit = (connection: Connection): void => {
    const unsynced = Object.create(connection, { sync: { value: () => undefined } }) as Connection;
    try {
      for (const statement of this.statements) (new Query(statement) as Prepared).prepare(unsynced);
    } catch (error) {
      // Half of it lies in the stream, and no Sync behind it: what came next would be answered as a part of it.
      connection.stream.destroy();
      throw error;
    }
    connection.sync();
  };
}
