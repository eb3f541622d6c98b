import { Module } from '@nestjs/common';
import { CadresModule } from '../cadres/cadres.module';
import { EnterprisesModule } from '../enterprises/enterprises.module';
import { GuideModule } from '../guide/guide.module';
import { ParksModule } from '../parks/parks.module';
import { VisitsModule } from '../visits/visits.module';
import { TicketBook } from './ticket-book.service';
import { TicketDeadlinesSweep } from './ticket-deadlines.sweep';
import { TicketDueListService } from './ticket-due-list.service';
import { TicketDueListStore } from './ticket-due-list.store';
import { TicketListStore } from './ticket-list.store';
import { TicketStepsController } from './ticket-steps.controller';
import { TicketSteps } from './ticket-steps.service';
import { TicketsController } from './tickets.controller';
import { TicketsService } from './tickets.service';
import { TicketsStore } from './tickets.store';

@Module({
  imports: [ParksModule, EnterprisesModule, CadresModule, VisitsModule, GuideModule],
  controllers: [TicketsController, TicketStepsController],
  providers: [TicketsStore, TicketListStore, TicketDueListStore, TicketDueListService, TicketBook, TicketSteps, TicketsService, TicketDeadlinesSweep],
  exports: [TicketsService, TicketSteps, TicketBook, TicketDueListService],
})
export class TicketsModule {}
