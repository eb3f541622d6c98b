import { Module } from '@nestjs/common';
import { AssignmentsModule } from '../assignments/assignments.module';
import { CadresModule } from '../cadres/cadres.module';
import { EnterprisesModule } from '../enterprises/enterprises.module';
import { ParksModule } from '../parks/parks.module';
import { PlannedVisitsController } from './planned-visits.controller';
import { PlannedVisitsService } from './planned-visits.service';
import { PlannedVisitsStore } from './planned-visits.store';
import { VisitListStore } from './visit-list.store';
import { VisitPersonsService } from './visit-persons.service';
import { VisitPersonsStore } from './visit-persons.store';
import { VisitsController } from './visits.controller';
import { VisitsService } from './visits.service';
import { VisitsStore } from './visits.store';

@Module({
  imports: [ParksModule, EnterprisesModule, CadresModule, AssignmentsModule],
  controllers: [VisitsController, PlannedVisitsController],
  providers: [VisitPersonsStore, VisitPersonsService, VisitsStore, VisitListStore, VisitsService, PlannedVisitsStore, PlannedVisitsService],
  exports: [VisitsService, VisitPersonsService, PlannedVisitsService],
})
export class VisitsModule {}
