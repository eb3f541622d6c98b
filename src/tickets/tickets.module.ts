import { Module } from '@nestjs/common';
import { CadresModule } from '../cadres/cadres.module';
import { EnterprisesModule } from '../enterprises/enterprises.module';
import { GuideModule } from '../guide/guide.module';
import { ParksModule } from '../parks/parks.module';
import { VisitsModule } from '../visits/visits.module';
import { FollowUpsService } from './follow-ups.service';
import { FollowUpsStore } from './follow-ups.store';
import { FollowUpsController, LinkagesController } from './linkages.controller';
import { LinkagesService } from './linkages.service';
import { LinkagesStore } from './linkages.store';
import { TicketBook } from './ticket-book.service';
import { TicketDeadlinesSweep } from './ticket-deadlines.sweep';
import { TicketListStore } from './ticket-list.store';
import { TicketStepsController } from './ticket-steps.controller';
import { TicketSteps } from './ticket-steps.service';
import { TicketsController } from './tickets.controller';
import { TicketsService } from './tickets.service';
import { TicketsStore } from './tickets.store';

@Module({
  imports: [ParksModule, EnterprisesModule, CadresModule, VisitsModule, GuideModule],
  controllers: [TicketsController, TicketStepsController, LinkagesController, FollowUpsController],
  providers: [TicketsStore, TicketListStore, TicketBook, TicketSteps, TicketsService, TicketDeadlinesSweep, LinkagesStore, LinkagesService, FollowUpsStore, FollowUpsService],
  exports: [TicketsService, TicketSteps, TicketBook],
})
export class TicketsModule {}
