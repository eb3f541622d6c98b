// Longer than a UUID, which is the longest name of a thing that an address may hold: so it may be a secret, as the token of a link is.
const LONGEST_SHOWN = 36;
// Whatever stands behind these opens something for whoever reads it.
const OPENS = /^(.*\/public\/[^/]+\/)[^/]+/i;

/** The path of a request as it may be logged or repeated in an answer: without query, and without what might open something. */
export function safePath(url: string): string {
  const path = url.split(/[?#]/)[0] ?? '';
  return path.replace(OPENS, '$1…').split('/').map((segment) => (segment.length > LONGEST_SHOWN ? '…' : segment)).join('/');
}
