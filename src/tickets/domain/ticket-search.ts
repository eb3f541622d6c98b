/** What is stored with a ticket so that it can be found by a part of its title or description. */
export interface TicketKeys {
  readonly searchText: string;
  /** The distinct pairs of neighbouring characters. */
  readonly searchPieces: string[];
}

/** How a search is answered from the index: rows that have all pieces, and of these the ones that fit the pattern. */
export interface TicketSearch {
  readonly pieces: readonly string[];
  /** For LIKE; what was typed is literal in it. */
  readonly pattern: string;
}

/** Chinese is written without spaces, so words of two characters and more are found by pairs. */
export function ticketKeysOf(title: string, description: string): TicketKeys {
  const text = `${normalise(title)}\n${normalise(description)}`;
  return { searchText: text, searchPieces: pairsOf(text) };
}

/** For a text of two characters or more. */
export function ticketSearchOf(typed: string): TicketSearch {
  const text = normalise(typed);
  return { pieces: pairsOf(text), pattern: `%${text.replace(/[\\%_]/g, '\\$&')}%` };
}

function normalise(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

function pairsOf(text: string): string[] {
  const all = [...text];
  return [...new Set(all.slice(1).map((character, index) => `${all[index] ?? ''}${character}`))];
}
