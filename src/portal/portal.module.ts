import { Module } from '@nestjs/common';
import { ParksModule } from '../parks/parks.module';
import { JournalController } from './journal.controller';
import { JournalService } from './journal.service';
import { JournalSweep } from './journal.sweep';

@Module({ imports: [ParksModule], controllers: [JournalController], providers: [JournalService, JournalSweep] })
export class PortalModule {}
