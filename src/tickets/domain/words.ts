/** How an issue reached the ledger. */
export const CHANNELS = ['visit', 'phone', 'online', 'at_office', 'portal', 'hotline', 'letter', 'meeting'] as const;
export type Channel = (typeof CHANNELS)[number];

/** How an answer reached the enterprise. */
export const MEANS = ['phone', 'on_site', 'online', 'at_office', 'message', 'letter', 'portal', 'meeting'] as const;
export type Means = (typeof MEANS)[number];

export const REASONS_TO_EXPLAIN = ['law', 'funds', 'land', 'planning', 'third_party', 'other'] as const;

/** In which order the unresolved list comes: by the next deadline, or by number. */
export const UNRESOLVED_SORTS = ['overdue', 'registered'] as const;
export type UnresolvedSort = (typeof UNRESOLVED_SORTS)[number];
