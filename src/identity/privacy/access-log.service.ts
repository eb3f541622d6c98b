import { Injectable } from '@nestjs/common';
import { type Actor, parkOf } from '../../kernel/actor';
import { endOfDay, startOfDay } from '../../kernel/day';
import { Problem } from '../../kernel/problem';
import { ParksService } from '../../parks/parks.service';
import { type Page, toPage } from '../../platform/http/page';
import { AccessLog } from '../../platform/journal/access-log';
import type { AccessLogEntry } from '../../platform/journal/access-log.entity';
import type { AccessLogQuery } from './access-log.dto';

@Injectable()
export class AccessLogService {
  constructor(private readonly accessLog: AccessLog, private readonly parks: ParksService) {}

  /** Problem `date-order` when the last day lies before the first. */
  async list(actor: Actor, query: AccessLogQuery): Promise<Page<AccessLogEntry>> {
    const parkId = parkOf(actor, query.parkId);
    const { subjectId, actorId, action, from, to } = query;
    if (from !== undefined && to !== undefined && to < from) throw Problem.at('date-order', '/query/to', { later: 'to', earlier: 'from' });
    const zone = await this.parks.zone(actor, parkId);
    const filter = { subjectId, actorId, action, since: from && startOfDay(from, zone), until: to && endOfDay(to, zone) };
    return toPage(await this.accessLog.list(actor, parkId, query, filter), query, 'access-log', ({ id }) => [id], (line) => line);
  }
}
