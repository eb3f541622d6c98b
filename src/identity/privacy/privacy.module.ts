import { Module } from '@nestjs/common';
import { EnterprisesModule } from '../../enterprises/enterprises.module';
import { ParksModule } from '../../parks/parks.module';
import { TicketsModule } from '../../tickets/tickets.module';
import { VisitsModule } from '../../visits/visits.module';
import { AccessLogController } from './access-log.controller';
import { AccessLogService } from './access-log.service';
import { RetentionService } from './retention.service';
import { RetentionSweep } from './retention.sweep';

/** Who looked at personal data, and how long there is any. */
@Module({
  imports: [ParksModule, EnterprisesModule, VisitsModule, TicketsModule],
  controllers: [AccessLogController],
  providers: [AccessLogService, RetentionService, RetentionSweep],
})
export class PrivacyModule {}
