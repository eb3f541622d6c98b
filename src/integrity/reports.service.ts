import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, cadreOf, parkOf } from '../kernel/actor';
import { localDay } from '../kernel/day';
import { found, Problem } from '../kernel/problem';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { Database } from '../platform/db/database';
import { InstallationKeys } from '../platform/db/installation-keys';
import type { Once } from '../platform/db/once';
import { type Page, toPage } from '../platform/http/page';
import { newId } from '../platform/ids';
import type { JournalData } from '../platform/journal/journal-data';
import { levelOf, type ReportOutcome, requireOpen } from './domain/report';
import { openReporter, type Reporter } from './domain/reporter-seal';
import { IntegrityChainStore } from './integrity-chain.store';
import type { IntegrityFile, IntegrityReport } from './report.entity';
import { type ListedReport, type ReportFilter, ReportsStore, type WholeReport } from './reports.store';
import { openWall } from './wall.store';

export type ReadReport = WholeReport & { readonly reporter: Reporter | null };

/** What an inspector has found out about a report: whom and which enterprise it means. */
export interface Identification {
  readonly cadreId?: string;
  /** Who of those that are named by a name; somebody more when left out. */
  readonly namedId?: string;
  readonly enterpriseId?: string;
}

export interface Decision {
  readonly outcome: ReportOutcome;
  readonly reason: string;
  readonly reply?: string;
}

/** What was written behind the wall, by its id alone: answers are kept where others keep theirs. */
export interface Written {
  readonly id: string;
  readonly parkId: string;
}

interface Scene {
  readonly em: EntityManager;
  readonly report: IntegrityReport;
  readonly now: Date;
}

/** Reports as inspectors work with them. Each reading is on the record before it is answered. */
@Injectable()
export class ReportsService {
  constructor(
    private readonly store: ReportsStore, private readonly chain: IntegrityChainStore, private readonly parks: ParksService, private readonly keys: InstallationKeys, private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async list(actor: Actor, query: ReportFilter): Promise<Page<ListedReport>> {
    return toPage(await this.store.list(actor, parkOf(actor, query.parkId), query), query, 'integrity-reports', ({ id }) => [id], (report) => report);
  }

  async read(actor: Actor, id: string): Promise<ReadReport> {
    // Before the transaction: a pool of readers would wait for itself.
    const key = await this.keys.of('reporter');
    return this.database.transact(actor, async (em) => {
      await openWall(em);
      const whole = found(await this.store.find(em, actor, id));
      await this.#append(em, actor, whole.report, 'report.read', this.clock.now());
      return { ...whole, reporter: whole.sealedReporter === null ? null : openReporter(key, id, whole.sealedReporter) };
    });
  }

  async readFile(actor: Actor, id: string, fileId: string): Promise<IntegrityFile> {
    return this.database.transact(actor, async (em) => {
      await openWall(em);
      const { report } = found(await this.store.find(em, actor, id));
      const file = found(await this.store.file(em, report, fileId));
      await this.#append(em, actor, report, 'report.file_read', this.clock.now(), { fileId });
      return file;
    });
  }

  /** Problem `not-found`, without a trace: nothing of it is shown. */
  async requireVisible(actor: Actor, id: string): Promise<void> {
    if (!(await this.store.isVisible(actor, id))) throw new Problem('not-found');
  }

  /** Asks its author, who may never look. Problem `report-decided`. */
  async question(actor: Actor, id: string, text: string, once?: Once<Written>): Promise<Written> {
    return this.#act(actor, id, 'report.questioned', async ({ em, report: { parkId }, report, now }) => {
      const messageId = newId(now);
      await this.store.say(em, { id: messageId, parkId, reportId: id, author: 'inspector', text, at: now });
      await this.store.update(em, report, {}, now);
      return { messageId };
    }, once);
  }

  /** Says whom and which enterprise it means, from which moment on they are recused from it. Problems: `report-decided`, `reference-unknown`. */
  async identify(actor: Actor, id: string, { cadreId, namedId, enterpriseId }: Identification, once?: Once<Written>): Promise<Written> {
    if (cadreId === undefined && enterpriseId === undefined) throw new Problem('malformed', { errors: [{ pointer: '/cadreId', code: 'required' }] });
    if (cadreId === undefined && namedId !== undefined) throw new Problem('malformed', { errors: [{ pointer: '/cadreId', code: 'required' }] });
    return this.#act(actor, id, 'report.identified', async ({ em, report, now }) => {
      const known = await this.store.known(em, report.parkId, cadreId === undefined ? [] : [cadreId], enterpriseId ?? null);
      if (cadreId !== undefined && !known.cadreIds.includes(cadreId)) throw Problem.at('reference-unknown', '/cadreId', { what: 'cadre' });
      if (enterpriseId !== undefined && known.enterpriseId === null) throw Problem.at('reference-unknown', '/enterpriseId', { what: 'enterprise' });
      if (cadreId !== undefined) await this.#nameCadre(em, report, cadreId, namedId, now);
      // Who turns out to be an inspector: from here on it is the county's.
      const level = report.level === 'county' ? 'county' : levelOf({ cadreIds: known.cadreIds, searchText: report.searchText }, known.inspectors);
      await this.store.update(em, report, { level, ...(enterpriseId === undefined ? {} : { enterpriseId }) }, now);
      return { ...(cadreId === undefined ? {} : { cadreId }), ...(enterpriseId === undefined ? {} : { enterpriseId }), level };
    }, once);
  }

  /** Problem `report-decided`. */
  async decide(actor: Actor, id: string, { outcome, reason, reply }: Decision, once?: Once<Written>): Promise<Written> {
    return this.#act(actor, id, 'report.decided', async ({ em, report, now }) => {
      await this.store.update(em, report, { status: 'decided', outcome, reason, reply: reply ?? null, decidedBy: cadreOf(actor), decidedAt: now }, now);
      return { outcome };
    }, once);
  }

  async #nameCadre(em: EntityManager, report: IntegrityReport, cadreId: string, namedId: string | undefined, now: Date): Promise<void> {
    const named = await this.store.named(em, report);
    if (namedId !== undefined) {
      const meant = named.find((one) => one.id === namedId);
      if (meant === undefined) throw Problem.at('reference-unknown', '/namedId', { what: 'named person' });
      await this.store.resolveNamed(em, meant, cadreId);
    } else if (!named.some((one) => one.cadreId === cadreId)) {
      await this.store.insertNamed(em, { id: newId(now), parkId: report.parkId, reportId: report.id, name: null, position: null, cadreId });
    }
  }

  async #act(actor: Actor, id: string, type: string, work: (scene: Scene) => Promise<JournalData>, once: Once<Written> | undefined): Promise<Written> {
    return this.database.transact(actor, async (em) => {
      await openWall(em);
      const now = this.clock.now();
      // The chain first, as everybody does who decides who reads a report: whoever is just being made inspector is one, or is found afterwards.
      await this.chain.lock(em, found(await this.store.parkOf(em, actor, id)));
      const report = found(await this.store.lock(em, actor, id));
      requireOpen(report.status);
      await this.#append(em, actor, report, type, now, await work({ em, report, now }));
      return { id, parkId: report.parkId };
    }, once);
  }

  async #append(em: EntityManager, actor: Actor, { id, parkId }: IntegrityReport, type: string, at: Date, data: JournalData = {}): Promise<void> {
    const effectiveOn = localDay(at, await this.parks.zoneIn(em, actor, parkId));
    await this.chain.append(em, actor, { type, parkId, subject: { type: 'report', id }, at, effectiveOn, data });
  }
}
