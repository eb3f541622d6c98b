import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../kernel/actor';
import { DueVisit } from '../assignments/due-list.service';
import { Call, IdParam } from '../platform/http/call';
import { type Page, PageQuery } from '../platform/http/page';
import { CurrentActor, IdPipe } from '../platform/http/request';
import { TicketDueListService, UnresolvedTicket } from '../tickets/ticket-due-list.service';
import { BurdenQuery, BurdenResponse, CoverageQuery, CoverageResponse } from './coverage.dto';
import { Coverage } from './coverage.query';
import { OverdueVisitsQuery } from './overdue-visits.dto';
import { OverdueVisits } from './overdue-visits.query';
import { TimelineItem } from './timeline.dto';
import { Timeline } from './timeline.query';
import { UnresolvedTicketsQuery } from './unresolved-tickets.dto';

@ApiTags('Supervision')
@Controller('supervision')
export class SupervisionController {
  constructor(private readonly overdue: OverdueVisits, private readonly tickets: TicketDueListService, private readonly coverage: Coverage) {}

  @Get('overdue-visits')
  @Call({ id: 'listOverdueVisits', summary: 'Overdue visits', zh: '逾期走访清单', description: 'Most overdue first, from facts at the moment of reading. With `dueWithinDays` also those that fall due soon.', answers: { type: DueVisit, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async listOverdue(@CurrentActor() actor: Actor, @Query() query: OverdueVisitsQuery): Promise<Page<DueVisit>> {
    return this.overdue.list(actor, query);
  }

  @Get('unresolved-tickets')
  @Call({ id: 'listUnresolvedTickets', summary: 'Unresolved tickets', zh: '未办结问题清单', description: 'Those that have not ended by their next deadline, the most overdue first, from facts at the moment of reading.', answers: { type: UnresolvedTicket, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async listUnresolved(@CurrentActor() actor: Actor, @Query() query: UnresolvedTicketsQuery): Promise<Page<UnresolvedTicket>> {
    return this.tickets.list(actor, query);
  }

  @Get('coverage')
  @Call({ id: 'listCoverage', summary: 'Coverage of enterprises', zh: '企业走访覆盖', description: 'Per enterprise: last visited by whom, officer and leader or none, and for how long nobody can be said to visit it.', answers: { type: CoverageResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async listCoverage(@CurrentActor() actor: Actor, @Query() query: CoverageQuery): Promise<Page<CoverageResponse>> {
    return this.coverage.list(actor, query);
  }

  @Get('burden')
  @Call({ id: 'listBurden', summary: 'Enterprises visited too often', zh: '走访过频企业', description: 'More visits in 30 days than the park’s `burdenLimit`, most first.', answers: { type: BurdenResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async listBurden(@CurrentActor() actor: Actor, @Query() query: BurdenQuery): Promise<Page<BurdenResponse>> {
    return this.coverage.listBurden(actor, query);
  }
}

@ApiTags('Enterprises')
@Controller('enterprises')
export class TimelineController {
  constructor(private readonly timeline: Timeline) {}

  @Get(':id/timeline')
  @IdParam('enterprise')
  @Call({ id: 'getEnterpriseTimeline', summary: 'What happened around an enterprise', zh: '企业时间线', description: 'Visits, assignments and changes of status, newest first.', answers: { type: TimelineItem, list: true }, problems: ['cursor-invalid'] })
  async list(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Query() query: PageQuery): Promise<Page<TimelineItem>> {
    return this.timeline.list(actor, id, query);
  }
}
