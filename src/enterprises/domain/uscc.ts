/** Why a text is no unified social credit code. */
export type UsccFault = 'length' | 'alphabet' | 'head-pair' | 'check-digit';

/** A code after normalising, and what is wrong with it. A warning concerns the organisation code inside. */
export type UsccCheck =
  | { readonly result: 'ok' | 'warning'; readonly uscc: string }
  | { readonly result: 'error'; readonly uscc: string; readonly fault: UsccFault };

// GB 32100-2015: 31 characters, without I, O, S, V and Z, each worth its place here.
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const LENGTH = 18;
const ORGANISATION_CODE = { from: 8, to: 17 } as const;
// GB 11714: weights of the eight characters before its check digit.
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];
const ORGANISATION_VALUES = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Registering department, and the categories that it registers. */
const HEAD_PAIRS: Readonly<Record<string, string>> = {
  1: '1239', 2: '19', 3: '123459', 4: '19', 5: '1239', 6: '19', 7: '129', 8: '19', 9: '123', A: '19', N: '1239', Y: '1',
};

// Spaces and dashes of every kind, the soft hyphen and the zero-width space among them: they come along when a code is copied.
const SEPARATORS = /[\s\p{Z}\p{Pd}\u00ad\u200b\u2212]/gu;

/** NFKC, all spaces and hyphens dropped, upper case. */
export function normaliseUscc(text: string): string {
  return text.normalize('NFKC').replace(SEPARATORS, '').toUpperCase();
}

/**
 * Checks a unified social credit code (GB 32100-2015). Length, alphabet, head pair and the mod 31 check digit are hard errors; the
 * GB 11714 check digit of the organisation code inside is not, since old exceptions exist.
 */
export function checkUscc(text: string): UsccCheck {
  const uscc = normaliseUscc(text);
  const fault = faultOf(uscc);
  if (fault !== undefined) return { result: 'error', uscc, fault };
  return { result: organisationCheckFails(uscc) ? 'warning' : 'ok', uscc };
}

function faultOf(uscc: string): UsccFault | undefined {
  if ([...uscc].length !== LENGTH) return 'length';
  if (![...uscc].every((character) => ALPHABET.includes(character))) return 'alphabet';
  if (!(HEAD_PAIRS[uscc.charAt(0)] ?? '').includes(uscc.charAt(1))) return 'head-pair';
  return uscc.charAt(LENGTH - 1) === checkCharacter(uscc) ? undefined : 'check-digit';
}

// Mod 31 with weights 3^i. A sum that is a multiple of 31 makes the check value 0, not 31.
function checkCharacter(uscc: string): string {
  let sum = 0;
  let weight = 1;
  for (const character of uscc.slice(0, LENGTH - 1)) {
    sum += ALPHABET.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return ALPHABET.charAt((31 - (sum % 31)) % 31);
}

function organisationCheckFails(uscc: string): boolean {
  const code = uscc.slice(ORGANISATION_CODE.from, ORGANISATION_CODE.to);
  const sum = ORGANISATION_WEIGHTS.reduce((total, weight, index) => total + weight * ORGANISATION_VALUES.indexOf(code.charAt(index)), 0);
  return code.charAt(8) !== '0123456789X'.charAt((11 - (sum % 11)) % 11);
}
