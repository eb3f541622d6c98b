import { type KeyObject, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, reporterActor, systemActor } from '../kernel/actor';
import { type Day, endOfDay, localDay, startOfDay } from '../kernel/day';
import { found, Problem } from '../kernel/problem';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { Database } from '../platform/db/database';
import { InstallationKeys } from '../platform/db/installation-keys';
import { newId } from '../platform/ids';
import type { JournalData } from '../platform/journal/journal-data';
import { budgetOf, MOST_MESSAGES_OF_A_REPORT } from './domain/budget';
import { type MediaType, readFile } from './domain/evidence';
import { hashOfReceipt, RECEIPT_BYTES, receiptCodeOf } from './domain/receipt-code';
import { levelOf, type Prohibition, requireOpen, requirePast, searchTextOf } from './domain/report';
import { NONCE_BYTES, type Reporter, sealReporter } from './domain/reporter-seal';
import { IntegrityChainStore } from './integrity-chain.store';
import type { IntegrityMessage, IntegrityReport } from './report.entity';
import { type Known, ReportsStore } from './reports.store';
import { openWall } from './wall.store';

/** What somebody reports, as they say it. */
export interface GivenReport {
  readonly parkCode: string;
  readonly prohibitions: readonly Prohibition[];
  readonly text: string;
  readonly occurredOn?: Day;
  readonly named?: readonly { readonly name: string; readonly position?: string; readonly cadreId?: string }[];
  readonly enterpriseName?: string;
  readonly enterpriseId?: string;
  readonly reporter?: { readonly name: string; readonly contact?: string };
  readonly files?: readonly { readonly mediaType: MediaType; readonly content: string }[];
}

/** All that the author is given. The code is shown here and never again. */
export interface Receipt {
  readonly receiptCode: string;
  readonly receivedAt: Date;
}

/** What stands behind a receipt: what was asked and answered, and what it came to; not what was reported, since codes are found. */
export interface FollowedReport {
  readonly report: IntegrityReport;
  readonly messages: readonly IntegrityMessage[];
}

/** A day as a park has it. */
interface ParksDay {
  readonly parkId: string;
  readonly zone: string;
  readonly now: Date;
  readonly today: Day;
}

/** The author's side of a report, without a name: a code, and what is asked and answered under it. */
@Injectable()
export class ReceiptsService {
  constructor(
    private readonly store: ReportsStore, private readonly chain: IntegrityChainStore, private readonly parks: ParksService, private readonly keys: InstallationKeys, private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes a report. Ids that name nobody are passed over, and the same is done for every report, so that nobody learns who or what there is. Problems:
   * `reference-unknown` for the park, `in-future`, `malformed` for a file, `too-many-requests` when the park takes no more on this day, or no more files.
   */
  async report(given: GivenReport, requestId: string): Promise<Receipt> {
    const now = this.clock.now();
    const files = (given.files ?? []).map((file, index) => ({ mediaType: file.mediaType, content: readFile(file, `/files/${index}`) }));
    const park = await this.parks.findByCodeAsSystem(given.parkCode, requestId);
    if (park === undefined) throw Problem.at('reference-unknown', '/parkCode', { what: 'park' });
    const today = localDay(now, park.timeZone);
    requirePast(given.occurredOn, today);
    const [receiptKey, reporterKey] = [await this.keys.of('receipt'), await this.keys.of('reporter')];
    const receiptCode = receiptCodeOf(randomBytes(RECEIPT_BYTES));
    const receiptHash = found(hashOfReceipt(receiptKey, receiptCode));
    const actor = reporterActor(park.id);
    await this.database.transact(actor, async (em) => {
      await openWall(em);
      // Whoever is just being made inspector is one by then, or finds this report to be raised.
      await this.chain.lock(em, park.id);
      await this.#requireRoom(em, receiptKey, { parkId: park.id, zone: park.timeZone, now, today }, files.length > 0);
      const known = await this.store.known(em, park.id, (given.named ?? []).flatMap(({ cadreId }) => cadreId ?? []), given.enterpriseId ?? null);
      const report = reportOf(given, known, { id: newId(now), parkId: park.id, receiptHash, now });
      const { id, parkId, level } = report;
      await this.store.insert(em, {
        report, named: (given.named ?? []).map(({ name, position = null, cadreId }) => ({ id: newId(now), parkId, reportId: id, name, position, cadreId: known.cadreIds.find((one) => one === cadreId) ?? null })),
        files: files.map((file) => ({ id: newId(now), parkId, reportId: id, ...file })),
        reporter: given.reporter === undefined ? undefined : { parkId, reportId: id, sealed: sealReporter(reporterKey, id, withContact(given.reporter), randomBytes(NONCE_BYTES)) },
      });
      await this.#append(em, actor, report, 'report.received', now, today, { level, prohibitions: [...given.prohibitions], files: files.length, anonymous: given.reporter === undefined });
    });
    return { receiptCode, receivedAt: now };
  }

  /** Problem `not-found` for a code that is none. */
  async follow(code: string, requestId: string): Promise<FollowedReport> {
    const system = systemActor(requestId);
    const hash = await this.#hashOf(code);
    return this.database.transact(system, async (em) => {
      await openWall(em);
      const report = found(await this.store.findByReceiptAsSystem(em, hash, false));
      return { report, messages: await this.store.messages(em, report.parkId, report.id) };
    });
  }

  /** Problems: `not-found`, `report-decided`, `too-many-requests` when the park, or this report, takes no more messages on this day. */
  async say(code: string, text: string, requestId: string): Promise<FollowedReport> {
    const hash = await this.#hashOf(code);
    const key = await this.keys.of('receipt');
    return this.database.transact(systemActor(requestId), async (em) => {
      await openWall(em);
      const now = this.clock.now();
      await this.chain.lock(em, found(await this.store.findByReceiptAsSystem(em, hash, false)).parkId);
      const report = found(await this.store.findByReceiptAsSystem(em, hash, true));
      requireOpen(report.status);
      const { id, parkId } = report;
      const actor = reporterActor(parkId);
      const zone = await this.parks.zoneIn(em, actor, parkId);
      const today = localDay(now, zone);
      await this.#requireRoomToSay(em, key, { parkId, zone, now, today }, report);
      const messageId = newId(now);
      await this.store.say(em, { id: messageId, parkId, reportId: id, author: 'reporter', text, at: now });
      // What is said now may speak of an inspector, as what was reported may. The whole is looked through: who inspects, and under what name, may have changed.
      const searchText = `${report.searchText}|${searchTextOf([text])}`;
      const { inspectors } = await this.store.known(em, parkId, [], null);
      const level = report.level === 'county' ? 'county' : levelOf({ cadreIds: [], searchText }, inspectors);
      await this.store.update(em, report, { level, searchText }, now);
      await this.#append(em, actor, report, 'report.answered', now, today, { messageId, level });
      return { report, messages: await this.store.messages(em, parkId, id) };
    });
  }

  /**
   * Counted under the lock of the park's chain, so that of two at once one finds the last room. Whatever room there is takes what comes, of any size: what is refused once is refused until the day is over, to everybody
   * alike, and nobody measures what is left by trying several sizes.
   */
  async #requireRoom(em: EntityManager, key: KeyObject, day: ParksDay, withFiles: boolean): Promise<void> {
    const since = startOfDay(day.today, day.zone);
    if (await this.store.reportsSince(em, day.parkId, since) >= budgetOf(key, 'reports', day.parkId, day.today)) throw new Problem('too-many-requests', { retryAfterSeconds: secondsLeft(day) });
    if (withFiles && await this.store.fileBytesSince(em, day.parkId, since) >= budgetOf(key, 'fileBytes', day.parkId, day.today)) {
      throw new Problem('too-many-requests', { errors: [{ pointer: '/files', code: 'used-up' }], retryAfterSeconds: secondsLeft(day) });
    }
  }

  async #requireRoomToSay(em: EntityManager, key: KeyObject, day: ParksDay, report: IntegrityReport): Promise<void> {
    const { inPark, ofReport } = await this.store.messagesSince(em, report, startOfDay(day.today, day.zone));
    if (ofReport >= MOST_MESSAGES_OF_A_REPORT || inPark >= budgetOf(key, 'messages', day.parkId, day.today)) throw new Problem('too-many-requests', { retryAfterSeconds: secondsLeft(day) });
  }

  async #hashOf(code: string): Promise<Buffer> {
    return found(hashOfReceipt(await this.keys.of('receipt'), code));
  }

  async #append(em: EntityManager, actor: Actor, { id, parkId }: IntegrityReport, type: string, at: Date, effectiveOn: Day, data: JournalData): Promise<void> {
    await this.chain.append(em, actor, { type, parkId, subject: { type: 'report', id }, at, effectiveOn, data });
  }
}

function reportOf(given: GivenReport, { cadreIds, enterpriseId, inspectors }: Known, { id, parkId, receiptHash, now }: { readonly id: string; readonly parkId: string; readonly receiptHash: Buffer; readonly now: Date }): IntegrityReport {
  const { prohibitions, occurredOn = null, text, enterpriseName = null, named = [] } = given;
  const searchText = searchTextOf([text, enterpriseName, ...named.flatMap(({ name, position }) => [name, position])]);
  return {
    id, parkId, receiptHash, level: levelOf({ cadreIds, searchText }, inspectors), prohibitions: [...prohibitions], occurredOn, text, enterpriseName, enterpriseId, searchText, status: 'open', outcome: null, reason: null,
    reply: null, decidedBy: null, decidedAt: null, version: 1, createdAt: now, updatedAt: now,
  };
}

function secondsLeft({ now, today, zone }: ParksDay): number {
  return Math.max(1, Math.ceil((endOfDay(today, zone).getTime() - now.getTime()) / 1_000));
}

function withContact({ name, contact }: NonNullable<GivenReport['reporter']>): Reporter {
  return { name, contact: contact ?? null };
}
