import { Injectable, type OnModuleInit } from '@nestjs/common';
import { systemActor } from '../../../kernel/actor';
import { Clock } from '../../clock';
import { newId } from '../../ids';
import { Jobs } from '../../jobs/jobs';
import { KeptAnswersStore } from './kept-answers.store';

// As long as the contract says that an answer can be asked for again.
const KEPT_MS = 72 * 3_600_000;
// Small, so that no transaction holds many rows while requests come in.
const BATCH = 1_000;

@Injectable()
export class KeptAnswersSweep implements OnModuleInit {
  constructor(private readonly store: KeptAnswersStore, private readonly jobs: Jobs, private readonly clock: Clock) {}

  onModuleInit(): void {
    this.jobs.register({ name: 'kept-answers-cleanup', cron: '17 * * * *', run: async () => this.sweep() });
  }

  /** Forgets the answers that were kept long enough. Answers how many. */
  async sweep(): Promise<number> {
    const now = this.clock.now();
    const system = systemActor(`kept-answers-cleanup-${newId(now)}`);
    let forgotten = 0;
    for (;;) {
      const gone = await this.store.forgetAsSystem(system, new Date(now.getTime() - KEPT_MS), BATCH);
      forgotten += gone;
      if (gone < BATCH) return forgotten;
    }
  }
}
