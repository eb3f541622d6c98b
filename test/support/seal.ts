import type { TestApp } from './app';

/** Seals what has been committed. */
export async function seal(app: TestApp): Promise<void> {
  await app.sql(`
    WITH head AS (SELECT park_id, max(number) AS number FROM journal_entry GROUP BY 1),
    fresh AS (SELECT j.id, coalesce(h.number, 0) + row_number() OVER (PARTITION BY j.park_id ORDER BY j.position) AS number FROM journal_entry j JOIN head h USING (park_id) WHERE j.number IS NULL)
    UPDATE journal_entry j SET number = f.number, hash = sha256(j.id::text::bytea), algorithm = 'sha256', sealed_at = $1 FROM fresh f WHERE f.id = j.id`, [app.clock.now()]);
  await app.sql("SELECT pg_notify('ledger_sealed', '')");
}
