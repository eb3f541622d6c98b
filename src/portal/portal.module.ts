import { Module } from '@nestjs/common';
import { ChangesController } from './changes.controller';
import { Changes } from './changes.query';
import { ChangesService } from './changes.service';
import { SealWatch } from './seal-watch';

/** What other systems are told. */
@Module({
  controllers: [ChangesController],
  providers: [Changes, ChangesService, SealWatch],
})
export class PortalModule {}
