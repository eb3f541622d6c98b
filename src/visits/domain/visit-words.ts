/** How the enterprise was met. Only `on_site` is a visit that can serve a duty; the others are contacts. */
export const VISIT_MODES = ['on_site', 'phone', 'online', 'at_office'] as const;
export type VisitMode = (typeof VISIT_MODES)[number];

/** Whether a visit was logged too late to count by itself, and what a supervisor said about it. */
export const VISIT_REVIEWS = ['none', 'needs_review', 'accepted', 'rejected'] as const;
export type VisitReview = (typeof VISIT_REVIEWS)[number];
