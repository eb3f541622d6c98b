import { Module } from '@nestjs/common';
import { AssignmentsModule } from '../assignments/assignments.module';
import { ParksModule } from '../parks/parks.module';
import { TicketsModule } from '../tickets/tickets.module';
import { Coverage } from './coverage.query';
import { OverdueVisits } from './overdue-visits.query';
import { SupervisionController, TimelineController } from './supervision.controller';
import { Timeline } from './timeline.query';

@Module({
  imports: [ParksModule, AssignmentsModule, TicketsModule],
  controllers: [SupervisionController, TimelineController],
  providers: [OverdueVisits, Coverage, Timeline],
})
export class SupervisionModule {}
