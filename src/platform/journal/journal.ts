import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kernel/actor';
import type { Day } from '../../kernel/day';
import { newId } from '../ids';
import { type JournalData, JournalEntry } from './journal-entry.entity';

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

  /** Registers what another feature does in the same transaction whenever an entry of the type is appended. */
  on(type: string, reaction: Reaction): void {
    this.#reactions.set(type, [...(this.#reactions.get(type) ?? []), reaction]);
  }

  /** Appends one entry and lets the reactions follow, in the order in which the features were registered. */
  async append(em: EntityManager, actor: Actor, happening: Happening): Promise<void> {
    await this.appendAll(em, actor, [happening]);
  }

  /** Appends many entries in one statement, then runs their reactions. */
  async appendAll(em: EntityManager, actor: Actor, happenings: readonly Happening[]): Promise<void> {
    if (happenings.length === 0) return;
    await em.insert(JournalEntry, happenings.map((happening) => ({
      id: newId(happening.at), parkId: happening.parkId, type: happening.type, recordedAt: happening.at, effectiveOn: happening.effectiveOn,
      actorKind: actor.kind, actorId: actor.id, subjectType: happening.subject.type, subjectId: happening.subject.id, data: happening.data ?? {}, requestId: actor.requestId,
    })));
    for (const happening of happenings) {
      for (const reaction of this.#reactions.get(happening.type) ?? []) await reaction(em, happening, actor);
    }
  }
}
