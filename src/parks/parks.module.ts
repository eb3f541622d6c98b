import { Module } from '@nestjs/common';
import { CalendarService } from './calendar.service';
import { DepartmentsController } from './departments.controller';
import { DepartmentsService } from './departments.service';
import { DepartmentsStore } from './departments.store';
import { CalendarController, ParksController } from './parks.controller';
import { ParksService } from './parks.service';
import { ParksStore } from './parks.store';

@Module({
  controllers: [ParksController, CalendarController, DepartmentsController],
  providers: [ParksStore, ParksService, CalendarService, DepartmentsStore, DepartmentsService],
  exports: [ParksService, CalendarService, DepartmentsService],
})
export class ParksModule {}
