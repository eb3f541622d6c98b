import { DataSource, type MixedList } from 'typeorm';
import { ENTITIES } from './entities';
import type { EntityClass } from './platform/db/data-source';
import { MIGRATIONS } from './platform/db/migrate';
import { SnakeNaming } from './platform/db/naming';
import { KEEP_ALIVE, MIGRATION_SESSION } from './platform/db/time-limits';

/** For TypeORM's command line: entities against migrations, as the owner. */
export default new DataSource({
  type: 'postgres', url: process.env['DATABASE_URL'] ?? '', entities: [...ENTITIES] as MixedList<EntityClass>, migrations: MIGRATIONS, namingStrategy: new SnakeNaming(),
  extra: { options: MIGRATION_SESSION, ...KEEP_ALIVE },
});
