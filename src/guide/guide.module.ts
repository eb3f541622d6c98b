import { Module } from '@nestjs/common';
import { ParksModule } from '../parks/parks.module';
import { GuideController } from './guide.controller';
import { GuideService } from './guide.service';
import { GuideStore } from './guide.store';

@Module({
  imports: [ParksModule],
  controllers: [GuideController],
  providers: [GuideStore, GuideService],
  exports: [GuideService],
})
export class GuideModule {}
