import { eventTable } from '../portal/domain/event-document';

/** Prints the table of event types that docs/integration.md holds. */
process.stdout.write(`${eventTable()}\n`);
