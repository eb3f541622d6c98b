import { Module } from '@nestjs/common';
import { ParksModule } from '../../parks/parks.module';
import { ClientDirectory } from '../client-directory';
import { ClientsController } from './clients.controller';
import { ClientsService } from './clients.service';
import { ClientsStore } from './clients.store';
import { MachineDirectory } from './machine-directory';

@Module({
  imports: [ParksModule],
  controllers: [ClientsController],
  providers: [ClientsStore, ClientsService, { provide: ClientDirectory, useClass: MachineDirectory }],
  exports: [ClientsService, ClientDirectory],
})
export class ClientsModule {}
