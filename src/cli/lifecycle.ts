import { lifecycleDocument } from '../tickets/domain/lifecycle-document';

/** Prints the diagram and the table of steps that docs/tickets.md holds. */
process.stdout.write(`${lifecycleDocument()}\n`);
