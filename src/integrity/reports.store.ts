import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { type Actor, cadreOf, hasRole } from '../kernel/actor';
import { Database, type Statement } from '../platform/db/database';
import { type Counted, type PageQuery, type PageRows, pageStatements, type Slice, totalIn } from '../platform/http/page';
import { firstIdOf } from '../platform/ids';
import { type Level, type Mentionable, type ReportStatus, soughtNames, type Speaker } from './domain/report';
import { IntegrityFile, IntegrityMessage, IntegrityNamed, IntegrityReport, IntegrityReporter } from './report.entity';
import { WALL } from './wall.store';

export interface ReportFilter extends PageQuery {
  readonly status?: ReportStatus;
}

/** A report in a list: nothing of what it says. */
export type ListedReport = Pick<IntegrityReport, 'id' | 'parkId' | 'prohibitions' | 'status' | 'version' | 'createdAt'> & { readonly lastSpeaker: Speaker | null };

export interface ShownNamed extends IntegrityNamed {
  readonly cadreName: string | null;
}

/** A report with all that hangs on it, but for the bytes of its files. */
export interface WholeReport {
  readonly report: IntegrityReport;
  readonly enterpriseFound: string | null;
  readonly named: readonly ShownNamed[];
  readonly files: readonly (Pick<IntegrityFile, 'id' | 'mediaType'> & { readonly size: number })[];
  readonly messages: readonly IntegrityMessage[];
  readonly sealedReporter: Buffer | null;
}

/** What there is of what an author names by id. */
export interface Known {
  readonly cadreIds: readonly string[];
  readonly enterpriseId: string | null;
  readonly inspectors: readonly Mentionable[];
}

/** Reports behind the wall. Every method that takes an EntityManager expects it open. */
@Injectable()
export class ReportsStore {
  constructor(private readonly database: Database) {}

  /** The newest first. */
  async list(actor: Actor, parkId: string, query: ReportFilter): Promise<PageRows<ListedReport>> {
    const [, rows, counted] = await this.database.readAll<[object, ListedReport, Counted]>(actor, [WALL, ...pageStatements(query, 'integrity-reports', ['string'], (slice) => listStatement(actor, parkId, query, slice))]);
    return { rows, total: totalIn(counted) };
  }

  /** Whether the actor may see it at all. */
  async isVisible(actor: Actor, id: string): Promise<boolean> {
    const [, rows] = await this.database.readAll<[object, object]>(actor, [WALL, {
      name: 'integrity-report-seen', text: `SELECT 1 FROM integrity_report r WHERE r.park_id = ANY ($1) AND r.id = $2 AND ${visible(3)}`, values: [[...actor.parkIds], id, ...readerOf(actor)],
    }]);
    return rows.length > 0;
  }

  /** The park of a report that the actor may see. */
  async parkOf(em: EntityManager, actor: Actor, id: string): Promise<string | null> {
    const [row]: { parkId: string }[] = await em.query(`SELECT r.park_id AS "parkId" FROM integrity_report r WHERE r.park_id = ANY ($1) AND r.id = $2 AND ${visible(3)}`, [[...actor.parkIds], id, ...readerOf(actor)]);
    return row?.parkId ?? null;
  }

  /** Held until the transaction ends. */
  async lock(em: EntityManager, actor: Actor, id: string): Promise<IntegrityReport | null> {
    const [row]: { id: string }[] = await em.query(
      `SELECT r.id FROM integrity_report r WHERE r.park_id = ANY ($1) AND r.id = $2 AND ${visible(3)} FOR NO KEY UPDATE OF r`, [[...actor.parkIds], id, ...readerOf(actor)]);
    return row === undefined ? null : em.findOneBy(IntegrityReport, { id: row.id });
  }

  async find(em: EntityManager, actor: Actor, id: string): Promise<WholeReport | null> {
    const [row]: { id: string }[] = await em.query(`SELECT r.id FROM integrity_report r WHERE r.park_id = ANY ($1) AND r.id = $2 AND ${visible(3)}`, [[...actor.parkIds], id, ...readerOf(actor)]);
    const report = row === undefined ? null : await em.findOneBy(IntegrityReport, { id: row.id });
    if (report === null) return null;
    const { parkId } = report;
    const named: ShownNamed[] = await em.query(
      `SELECT n.id, n.park_id AS "parkId", n.report_id AS "reportId", n.name, n.position, n.cadre_id AS "cadreId", c.name AS "cadreName"
       FROM integrity_named n LEFT JOIN cadre c ON c.park_id = n.park_id AND c.id = n.cadre_id WHERE n.park_id = $1 AND n.report_id = $2 ORDER BY n.id`, [parkId, id]);
    const files: WholeReport['files'] = await em.query(
      'SELECT f.id, f.media_type AS "mediaType", octet_length(f.content) AS size FROM integrity_file f WHERE f.park_id = $1 AND f.report_id = $2 ORDER BY f.id', [parkId, id]);
    const [found]: { name: string }[] = await em.query('SELECT e.name FROM enterprise e WHERE e.park_id = $1 AND e.id = $2', [parkId, report.enterpriseId]);
    const reporter = await em.findOneBy(IntegrityReporter, { parkId, reportId: id });
    return { report, enterpriseFound: found?.name ?? null, named, files, messages: await this.messages(em, parkId, id), sealedReporter: reporter?.sealed ?? null };
  }

  async file(em: EntityManager, { id, parkId }: IntegrityReport, fileId: string): Promise<IntegrityFile | null> {
    return em.findOneBy(IntegrityFile, { id: fileId, parkId, reportId: id });
  }

  async messages(em: EntityManager, parkId: string, reportId: string): Promise<IntegrityMessage[]> {
    return em.find(IntegrityMessage, { where: { parkId, reportId }, order: { id: 'ASC' } });
  }

  async named(em: EntityManager, { id, parkId }: IntegrityReport): Promise<IntegrityNamed[]> {
    return em.find(IntegrityNamed, { where: { parkId, reportId: id }, order: { id: 'ASC' } });
  }

  /** Whose code it is, in whatever park; held until the transaction ends where something will be said. */
  async findByReceiptAsSystem(em: EntityManager, receiptHash: Buffer, hold: boolean): Promise<IntegrityReport | null> {
    return em.findOne(IntegrityReport, { where: { receiptHash }, ...(hold ? { lock: { mode: 'for_no_key_update' } } : {}) });
  }

  /** One statement that asks for everything, whether or not there is any of it. */
  async known(em: EntityManager, parkId: string, cadreIds: readonly string[], enterpriseId: string | null): Promise<Known> {
    const [row]: Known[] = await em.query(`
      SELECT ARRAY(SELECT c.id FROM cadre c WHERE c.park_id = $1 AND c.id = ANY ($2::uuid[])) AS "cadreIds", (SELECT e.id FROM enterprise e WHERE e.park_id = $1 AND e.id = $3::uuid) AS "enterpriseId",
        (SELECT coalesce(json_agg(json_build_object('id', i.id, 'name', i.name)), '[]') FROM cadre i WHERE i.park_id = $1 AND 'inspector' = ANY (i.roles)) AS inspectors`, [parkId, [...cadreIds], enterpriseId]);
    return row ?? { cadreIds: [], enterpriseId: null, inspectors: [] };
  }

  /** Open reports that the park's inspectors read and that speak of a cadre of theirs. */
  async openAbout(em: EntityManager, parkId: string, { id, name }: Mentionable): Promise<string[]> {
    const rows: { id: string }[] = await em.query(
      `SELECT r.id FROM integrity_report r WHERE r.park_id = $1 AND r.status = 'open' AND r.level = 'park' AND ${speaksOf('$2', '$3')} ORDER BY r.id FOR NO KEY UPDATE OF r`, [parkId, id, soughtNames(name)]);
    return rows.map((row) => row.id);
  }

  /** How many reports the park has got since an instant. Ids carry theirs: what is new lies at one end of the keys that there are anyway. */
  async reportsSince(em: EntityManager, parkId: string, since: Date): Promise<number> {
    const [row]: { reports: number }[] = await em.query('SELECT count(*) AS reports FROM integrity_report r WHERE r.park_id = $1 AND r.id >= $2', [parkId, firstIdOf(since)]);
    return row?.reports ?? 0;
  }

  /** How large the files are together that came with those. The length of a file is known without reading it. */
  async fileBytesSince(em: EntityManager, parkId: string, since: Date): Promise<number> {
    const [row]: { bytes: number }[] = await em.query('SELECT coalesce(sum(octet_length(f.content)), 0) AS bytes FROM integrity_file f WHERE f.park_id = $1 AND f.report_id >= $2', [parkId, firstIdOf(since)]);
    return row?.bytes ?? 0;
  }

  /** How often authors have said something to the park since an instant, and how often that of one report. */
  async messagesSince(em: EntityManager, { id, parkId }: IntegrityReport, since: Date): Promise<{ readonly inPark: number; readonly ofReport: number }> {
    const [row]: { inPark: number; ofReport: number }[] = await em.query(
      `SELECT count(*) AS "inPark", count(*) FILTER (WHERE m.report_id = $3) AS "ofReport" FROM integrity_message m WHERE m.park_id = $1 AND m.author = 'reporter' AND m.id >= $2`, [parkId, firstIdOf(since), id]);
    return row ?? { inPark: 0, ofReport: 0 };
  }

  async insert(em: EntityManager, rows: {
    readonly report: IntegrityReport; readonly named: readonly IntegrityNamed[]; readonly files: readonly IntegrityFile[]; readonly reporter: IntegrityReporter | undefined;
  }): Promise<void> {
    await em.insert(IntegrityReport, rows.report);
    if (rows.named.length > 0) await em.insert(IntegrityNamed, [...rows.named]);
    if (rows.files.length > 0) await em.insert(IntegrityFile, [...rows.files]);
    if (rows.reporter !== undefined) await em.insert(IntegrityReporter, rows.reporter);
  }

  async insertNamed(em: EntityManager, named: IntegrityNamed): Promise<void> {
    await em.insert(IntegrityNamed, named);
  }

  async resolveNamed(em: EntityManager, { id, parkId }: IntegrityNamed, cadreId: string): Promise<void> {
    await em.update(IntegrityNamed, { id, parkId }, { cadreId });
  }

  async say(em: EntityManager, message: IntegrityMessage): Promise<void> {
    await em.insert(IntegrityMessage, message);
  }

  /** Changes a row that is held. */
  async update(em: EntityManager, { id, parkId, version }: IntegrityReport, change: Partial<IntegrityReport>, now: Date): Promise<void> {
    await em.update(IntegrityReport, { id, parkId }, { ...change, version: version + 1, updatedAt: now });
  }

  /** Reports go to the county's inspectors. */
  async raise(em: EntityManager, parkId: string, ids: readonly string[], now: Date): Promise<void> {
    if (ids.length > 0) await em.update(IntegrityReport, { parkId, id: In([...ids]) }, { level: 'county', version: () => 'version + 1', updatedAt: now });
  }
}

/** Whose reports the actor reads: an inspector of the county those that are about a park's, and no others. */
export function levelReadBy(actor: Actor): Level {
  return hasRole(actor, 'county') ? 'county' : 'park';
}

/** What {@link visible} takes. */
function readerOf(actor: Actor): [Level, string, string[]] {
  return [levelReadBy(actor), cadreOf(actor), soughtNames(actor.name ?? '')];
}

/** Whoever a report speaks of does not see it, whatever they have become since. */
function visible(first: number): string {
  return `r.level = $${first}::text AND NOT ${speaksOf(`$${first + 1}`, `$${first + 2}`)}`;
}

function speaksOf(cadreId: string, sought: string): string {
  return `(EXISTS (SELECT FROM integrity_named n WHERE n.park_id = r.park_id AND n.report_id = r.id AND n.cadre_id = ${cadreId}::uuid) OR EXISTS (SELECT FROM unnest(${sought}::text[]) AS s(name) WHERE strpos(r.search_text, s.name) > 0))`;
}

function listStatement(actor: Actor, parkId: string, { status }: ReportFilter, { after, limit }: Slice): Statement {
  const values: unknown[] = [parkId, limit, ...readerOf(actor)];
  const filters = [...(status === undefined ? [] : [['status', `AND r.status = $${values.push(status)}`]]), ...(after === undefined ? [] : [['after', `AND r.id < $${values.push(after[0])}::uuid`]])];
  return {
    name: ['integrity-reports', ...filters.map(([name]) => name)].join('-'),
    text: `SELECT r.id, r.park_id AS "parkId", r.prohibitions, r.status, r.version, r.created_at AS "createdAt",
             (SELECT m.author FROM integrity_message m WHERE m.park_id = r.park_id AND m.report_id = r.id ORDER BY m.id DESC LIMIT 1) AS "lastSpeaker"
           FROM integrity_report r WHERE r.park_id = $1 AND ${visible(3)} ${filters.map(([, condition]) => condition).join(' ')} ORDER BY r.id DESC LIMIT $2`,
    values,
  };
}
