import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { newId } from '../../platform/ids';
import { Jobs } from '../../platform/jobs/jobs';
import { SignIn } from '../accounts/sign-in.service';
import { OidcStore } from './oidc.store';
import { SigningKeys } from './signing-keys.service';

/** What time does to the built-in issuer: its keys turn, what has failed is put on the record, and what has expired goes. */
@Injectable()
export class OidcSweep implements OnModuleInit {
  constructor(private readonly keys: SigningKeys, private readonly store: OidcStore, private readonly signIn: SignIn, private readonly jobs: Jobs, private readonly clock: Clock) {}

  onModuleInit(): void {
    this.jobs.register({ name: 'oidc-keys', cron: '17 * * * *', run: async () => ({ made: await this.keys.turn() }) });
    this.jobs.register({ name: 'failed-sign-ins', cron: '* * * * *', run: async () => ({ noted: await this.signIn.noteFailures(`failed-sign-ins-${newId(this.clock.now())}`) }) });
    this.jobs.register({ name: 'oidc-cleanup', cron: '*/10 * * * *', run: async () => ({ forgotten: await this.sweep() }) });
  }

  /** Answers how many pieces of state have gone. */
  async sweep(): Promise<number> {
    const now = this.clock.now();
    await this.signIn.forgetFailures(`oidc-${newId(now)}`);
    return this.store.forgetExpired(now);
  }
}
