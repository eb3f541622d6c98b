import { Module } from '@nestjs/common';
import { AssignmentsModule } from '../assignments/assignments.module';
import { CadresModule } from '../cadres/cadres.module';
import { EnterprisesModule } from '../enterprises/enterprises.module';
import { GuideModule } from '../guide/guide.module';
import { ParksModule } from '../parks/parks.module';
import { VisitsModule } from '../visits/visits.module';
import { CallsService } from './calls.service';
import { CallsStore } from './calls.store';
import { FollowUpsService } from './linkages/follow-ups.service';
import { FollowUpsStore } from './linkages/follow-ups.store';
import { FollowUpsController, LinkagesController } from './linkages/linkages.controller';
import { LinkagesService } from './linkages/linkages.service';
import { LinkagesStore } from './linkages/linkages.store';
import { MattersController } from './matters/matters.controller';
import { MattersService } from './matters/matters.service';
import { MattersStore } from './matters/matters.store';
import { MattersSweep } from './matters/matters.sweep';
import { RemindersController } from './reminders/reminders.controller';
import { RemindersService } from './reminders/reminders.service';
import { RemindersStore } from './reminders/reminders.store';
import { TicketBook } from './ticket-book.service';
import { TicketDeadlinesSweep } from './ticket-deadlines.sweep';
import { TicketDueListService } from './ticket-due-list.service';
import { TicketDueListStore } from './ticket-due-list.store';
import { TicketListStore } from './ticket-list.store';
import { TicketPersonsService } from './ticket-persons.service';
import { TicketPersonsStore } from './ticket-persons.store';
import { TicketReplayService } from './ticket-replay.service';
import { TicketReplayStore } from './ticket-replay.store';
import { TicketStepsController } from './ticket-steps.controller';
import { TicketSteps } from './ticket-steps.service';
import { TicketsController } from './tickets.controller';
import { TicketsService } from './tickets.service';
import { TicketsStore } from './tickets.store';

@Module({
  imports: [ParksModule, EnterprisesModule, CadresModule, AssignmentsModule, VisitsModule, GuideModule],
  controllers: [TicketsController, TicketStepsController, LinkagesController, FollowUpsController, RemindersController, MattersController],
  providers: [
    TicketsStore, TicketListStore, TicketDueListStore, TicketDueListService, TicketBook, TicketSteps, TicketsService, TicketDeadlinesSweep, TicketReplayStore, TicketReplayService, LinkagesStore, LinkagesService, FollowUpsStore,
    FollowUpsService, RemindersStore, RemindersService, CallsStore, CallsService, MattersStore, MattersService, MattersSweep, TicketPersonsStore, TicketPersonsService,
  ],
  exports: [TicketsService, TicketSteps, TicketBook, TicketDueListService, RemindersService, TicketReplayService, TicketPersonsService],
})
export class TicketsModule {}
