type Data = { readonly [name: string]: unknown };

/** Whom an entry of the journal makes responsible for something of an enterprise, by its type. */
export const WHO_IS_GIVEN: Readonly<Record<string, (data: Data) => readonly string[]>> = {
  // Also the successor's, when an enterprise is handed over.
  'assignment.started': ({ cadreId }) => idsIn(cadreId),
  'ticket.assigned': ({ handlerId, collaboratorIds }) => idsIn(handlerId, collaboratorIds),
  'ticket.reassigned': ({ handlerId, collaboratorIds }) => idsIn(handlerId, collaboratorIds),
  // Of the ticket, and so of its linkage.
  'ticket.lead_named': ({ leadId }) => idsIn(leadId),
  'linkage.team_changed': ({ cadreIds }) => idsIn(cadreIds),
};

function idsIn(...values: readonly unknown[]): string[] {
  return values.flat().filter((value): value is string => typeof value === 'string');
}
