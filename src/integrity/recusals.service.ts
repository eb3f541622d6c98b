import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Problem } from '../kernel/problem';
import { type Happening, Journal } from '../platform/journal/journal';
import type { JournalData } from '../platform/journal/journal-data';
import { ConflictsStore } from './conflicts.store';
import { WHO_IS_GIVEN } from './domain/given';

/**
 * Stands where cadres are given something to do with an enterprise, in the transaction that gives it. A declared conflict, an open report and a preventive
 * recusal refuse alike, and nothing tells one from the other: neither the answer, nor what is done to find it.
 */
@Injectable()
export class RecusalsService implements OnModuleInit {
  constructor(private readonly store: ConflictsStore, private readonly journal: Journal) {}

  onModuleInit(): void {
    for (const [type, giving] of Object.entries(WHO_IS_GIVEN)) this.journal.on(type, async (em, entry) => this.#refuse(em, entry, giving(entry.data ?? {})));
  }

  async #refuse(em: EntityManager, { parkId, data }: Happening, cadreIds: readonly string[]): Promise<void> {
    const enterpriseId = enterpriseIn(data);
    if (cadreIds.length > 0 && await this.store.isRecused(em, parkId, cadreIds, enterpriseId)) throw new Problem('handler-recused');
  }
}

function enterpriseIn(data: JournalData | undefined): string {
  const id = data?.['enterpriseId'];
  if (typeof id !== 'string') throw new RangeError('the entry names no enterprise');
  return id;
}
