import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kernel/actor';
import type { Day } from '../../kernel/day';
import { Database } from '../db/database';
import { newId } from '../ids';
import { findUnfit, type JournalData } from './journal-data';

/** What a use case tells the journal. Never a name, a phone or free text: those stay in the row that `subject` names. */
export interface Happening {
  readonly type: string;
  readonly parkId: string;
  readonly subject: { readonly type: string; readonly id: string };
  readonly at: Date;
  readonly effectiveOn: Day;
  readonly data?: JournalData;
}

type Reaction = (em: EntityManager, happening: Happening, actor: Actor) => Promise<void>;

/** The spine: state changes and their entries commit together, and features that must move with them react in that transaction. */
@Injectable()
export class Journal {
  readonly #reactions = new Map<string, Reaction[]>();
  readonly #listeners: (() => void)[] = [];
  readonly #appended = new WeakSet<EntityManager>();

  constructor(database: Database) {
    database.afterCommit((em) => {
      if (this.#appended.has(em)) for (const listener of this.#listeners) listener();
    });
  }

  /** Registers what another feature does in the same transaction whenever an entry of the type is appended. */
  on(type: string, reaction: Reaction): void {
    this.#reactions.set(type, [...(this.#reactions.get(type) ?? []), reaction]);
  }

  /** Registers what is done at once, outside of any transaction, when entries that this process appended have been committed. */
  afterCommit(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Appends one entry and lets the reactions follow, in the order in which the features were registered. */
  async append(em: EntityManager, actor: Actor, happening: Happening): Promise<void> {
    await this.appendAll(em, actor, [happening]);
  }

  /** Appends many entries in one statement and in the order given, then runs their reactions. Throws when one says what no entry may say. */
  async appendAll(em: EntityManager, actor: Actor, happenings: readonly Happening[]): Promise<void> {
    if (happenings.length === 0) return;
    for (const { type, data = {} } of happenings) {
      const unfit = findUnfit(data);
      // The value is not repeated: it may be the name that must not stand here.
      if (unfit !== undefined) throw new Error(`The journal takes ids, codes, dates, numbers and flags alone: ${type} has something else at ${unfit}`);
    }
    this.#appended.add(em);
    await em.query(APPEND, [
      happenings.map(({ at }) => newId(at)), happenings.map(({ parkId }) => parkId), happenings.map(({ type }) => type), happenings.map(({ at }) => at),
      happenings.map(({ effectiveOn }) => effectiveOn), happenings.map(({ subject }) => subject.type), happenings.map(({ subject }) => subject.id),
      happenings.map(({ data = {} }) => JSON.stringify(data)), actor.kind, actor.id, actor.requestId,
    ]);
    for (const happening of happenings) {
      for (const reaction of this.#reactions.get(happening.type) ?? []) await reaction(em, happening, actor);
    }
  }
}

// The position is drawn after the sort, row by row.
const APPEND = `
  INSERT INTO journal_entry (id, park_id, type, recorded_at, effective_on, subject_type, subject_id, data, actor_kind, actor_id, request_id)
  SELECT h.id, h.park_id, h.type, h.recorded_at, h.effective_on, h.subject_type, h.subject_id, h.data, $9, $10, $11
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::date[], $6::text[], $7::uuid[], $8::jsonb[])
    WITH ORDINALITY AS h(id, park_id, type, recorded_at, effective_on, subject_type, subject_id, data, place)
  ORDER BY h.place
`;
