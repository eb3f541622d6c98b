import { Module } from '@nestjs/common';
import { ParksModule } from '../parks/parks.module';
import { ChangesController } from './changes.controller';
import { Changes } from './changes.query';
import { ChangesService } from './changes.service';
import { JournalController } from './journal.controller';
import { JournalService } from './journal.service';
import { JournalSweep } from './journal.sweep';
import { SealWatch } from './seal-watch';

/** What other systems are told. */
@Module({
  imports: [ParksModule],
  controllers: [ChangesController, JournalController],
  providers: [Changes, ChangesService, SealWatch, JournalService, JournalSweep],
})
export class PortalModule {}
