import { type DynamicModule, Module } from '@nestjs/common';
import { EnterprisesModule } from '../../enterprises/enterprises.module';
import { ParksModule } from '../../parks/parks.module';
import type { LinksConfig } from '../../platform/config';
import { InstallationKeys } from '../../platform/db/installation-keys';
import { TicketsModule } from '../tickets.module';
import { FileGateway } from './file-gateway';
import { LinkAnswers } from './link-answers.service';
import { LinkDeliveriesSweep } from './link-deliveries.sweep';
import { LINK_GATEWAY } from './link-gateway';
import { LinkOutbox } from './link-outbox.service';
import { LinkTokens } from './link-tokens';
import { LinksController } from './links.controller';
import { LinksService } from './links.service';
import { LinksStore } from './links.store';
import { PublicLinksController } from './public-links.controller';
import { WebhookGateway } from './webhook-gateway';

@Module({})
export class LinksModule {
  static of({ publicUrl, outbox }: LinksConfig): DynamicModule {
    return {
      module: LinksModule,
      imports: [ParksModule, EnterprisesModule, TicketsModule],
      controllers: [LinksController, PublicLinksController],
      providers: [
        LinksStore, LinksService, LinkAnswers, LinkOutbox, LinkDeliveriesSweep,
        { provide: LinkTokens, inject: [InstallationKeys], useFactory: (keys: InstallationKeys) => new LinkTokens(keys, publicUrl) },
        { provide: LINK_GATEWAY, useFactory: () => (outbox.kind === 'file' ? new FileGateway(outbox.file, outbox.collected) : new WebhookGateway(outbox.url, outbox.secret, outbox.patience)) },
      ],
    };
  }
}
