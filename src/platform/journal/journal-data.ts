/** Ids, codes, dates, numbers and flags: whatever else is refused when it is appended. */
export type JournalData = { readonly [name: string]: string | number | boolean | null | readonly string[] | JournalData };

// Nobody is named by what fits here, nor described: no letter beyond ASCII, no space, no @.
const CODE = /^[\w.:+/-]{1,100}$/;
const PHONE = /^(?:\+?86)?1[3-9]\d{9}$/;

/** The path of the first value that may not stand in the journal, which keeps it for ever; `undefined` when all may. */
export function findUnfit(data: JournalData, path = ''): string | undefined {
  for (const [name, value] of Object.entries(data)) {
    const here = `${path}/${name}`;
    if (!CODE.test(name)) return here;
    if (value === null || typeof value === 'boolean') continue;
    if (typeof value === 'object' && !isList(value)) {
      const unfit = findUnfit(value, here);
      if (unfit !== undefined) return unfit;
    } else if (![value].flat().every(isFit)) return here;
  }
  return undefined;
}

function isList(value: readonly string[] | JournalData): value is readonly string[] {
  return Array.isArray(value);
}

function isFit(value: string | number | readonly string[]): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
  return typeof value === 'string' && isCode(value);
}

/** Whether a text may stand in the journal: an id, a code, a date. */
export function isCode(text: string): boolean {
  return CODE.test(text) && !PHONE.test(text);
}
