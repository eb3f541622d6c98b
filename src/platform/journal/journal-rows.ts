// Neither the settings of the session nor the milliseconds of a Date come between the column and its text; a year before Christ is told from one after.
const instant = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || CASE WHEN ${column} < '0001-01-01 00:00:00Z' THEN ' BC' ELSE '' END`;

/** The columns of journal_entry `j` as an {@link AppendedEntry}. */
export const APPENDED_COLUMNS = `
  j.id, j.park_id AS "parkId", j.position, j.type, ${instant('j.recorded_at')} AS "recordedAt",
  to_char(j.effective_on, 'YYYY-MM-DD') || CASE WHEN j.effective_on < '0001-01-01' THEN ' BC' ELSE '' END AS "effectiveOn",
  j.actor_kind AS "actorKind", j.actor_id AS "actorId", j.subject_type AS "subjectType", j.subject_id AS "subjectId", j.data::text AS data, j.request_id AS "requestId"
`;

/** The columns of the seal, of journal_entry or journal_head under the given name. */
export const sealColumns = (table: string): string => `${table}.number, ${table}.hash, ${table}.algorithm, ${instant(`${table}.sealed_at`)} AS "sealedAt"`;
