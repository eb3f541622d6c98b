import { Injectable } from '@nestjs/common';
import { systemActor } from '../../kernel/actor';
import { Clock } from '../../platform/clock';
import { AccountDirectory, type AccountHolder } from '../account-directory';
import { AccountSessionsStore } from './account-sessions.store';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whom accounts stand for, by what is in the tables now. */
@Injectable()
export class AccountsDirectory extends AccountDirectory {
  constructor(private readonly store: AccountSessionsStore, private readonly clock: Clock) {
    super();
  }

  async find(accountId: string, grantId: string, requestId: string): Promise<AccountHolder | undefined> {
    if (!UUID.test(accountId)) return undefined;
    const holder = await this.store.findStandingAsSystem(systemActor(requestId), accountId, grantId, this.clock.now());
    if (holder === undefined) return undefined;
    const { id, parkId, cadreId } = holder;
    return parkId === null || cadreId === null ? { kind: 'operator', accountId: id } : { kind: 'cadre', cadreId, parkId };
  }
}
