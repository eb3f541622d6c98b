import { Module } from '@nestjs/common';
import { AssignmentsModule } from '../assignments/assignments.module';
import { ParksModule } from '../parks/parks.module';
import { TicketsModule } from '../tickets/tickets.module';
import { MeController } from './me.controller';
import { WorklistService } from './worklist.service';

@Module({ imports: [ParksModule, AssignmentsModule, TicketsModule], controllers: [MeController], providers: [WorklistService] })
export class FieldModule {}
