import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kernel/actor';
import { newId } from '../ids';
import { AccessLogEntry } from './access-log.entity';

/** A reading of data that is shown to nobody without a trace. The reason is free text: it stays here and never enters the journal. */
export interface Access {
  readonly action: string;
  /** Null for what concerns the installation and no park of it: the system alone reads that. */
  readonly parkId: string | null;
  readonly subject: { readonly type: string; readonly id: string };
  readonly at: Date;
  readonly reason: string | null;
}

@Injectable()
export class AccessLog {
  /** Writes the line in the transaction that reads, so that nothing is answered without it. */
  async record(em: EntityManager, actor: Actor, access: Access): Promise<void> {
    await em.insert(AccessLogEntry, {
      id: newId(access.at), parkId: access.parkId, at: access.at, actorKind: actor.kind, actorId: actor.id, action: access.action,
      subjectType: access.subject.type, subjectId: access.subject.id, reason: access.reason, requestId: actor.requestId,
    });
  }
}
