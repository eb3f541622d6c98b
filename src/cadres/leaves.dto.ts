import type { Day } from '../kernel/day';
import { DayField, Id, InstantField, Text, Whole } from '../platform/http/fields';
import type { CadreLeave } from './cadre-leave.entity';

export class PatchLeave {
  @DayField({ description: 'First day away. As far back as `backdateLimitDays` allows.', optional: true })
  from?: Day;

  @DayField({ description: 'Last day away.', optional: true, example: '2026-03-20' })
  to?: Day;

  @Id({ description: 'Who may fulfil the duties meanwhile.', optional: true, nullable: true })
  substituteId?: string | null;
}

export class CreateLeave extends PatchLeave {
  @Id({ description: 'Made by the client; a UUID of version 7.', optional: true })
  id?: string;

  @DayField({ description: 'First day away. As far back as `backdateLimitDays` allows.' })
  declare from: Day;

  @DayField({ description: 'Last day away.', example: '2026-03-20' })
  declare to: Day;
}

export class CancelLeave {
  @Text({ description: 'Why.', max: 500, lines: true, optional: true, example: '行程取消' })
  reason?: string;
}

export class LeaveResponse {
  @Id({ description: 'The leave.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Id({ description: 'Who is away.' }) cadreId: string;
  @DayField({ description: 'First day away.' }) from: Day;
  @DayField({ description: 'Last day away.', example: '2026-03-20' }) to: Day;
  @Id({ description: 'Who may fulfil the duties meanwhile.', nullable: true }) substituteId: string | null;
  @InstantField({ description: 'When it was cancelled.', nullable: true }) cancelledAt: string | null;
  @Text({ description: 'Why it was cancelled.', max: 500, nullable: true, example: '行程取消' }) cancelReason: string | null;
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When it was recorded.' }) createdAt: string;
  @InstantField({ description: 'When it was changed last.' }) updatedAt: string;
}

export function toLeaveResponse(leave: CadreLeave): LeaveResponse {
  const { id, parkId, cadreId, fromOn, toOn, substituteId, cancelledAt, cancelReason, version, createdAt, updatedAt } = leave;
  return {
    id, parkId, cadreId, from: fromOn, to: toOn, substituteId, cancelledAt: cancelledAt?.toISOString() ?? null, cancelReason, version,
    createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(),
  };
}
