const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];

/** A fictional credit code (GB 32100) of division 430181 with right check digits, one for each number below a million. */
export function aUscc(number: number): string {
  const organisation = `MA${String(number).padStart(6, '0')}`;
  const sum = [...organisation].reduce((total, character, index) => total + Number.parseInt(character, 36) * (WEIGHTS[index] ?? 0), 0);
  const check = 11 - (sum % 11);
  const body = `91430181${organisation}${check === 10 ? 'X' : check === 11 ? '0' : String(check)}`;
  const total = [...body].reduce((value, character, index) => value + ALPHABET.indexOf(character) * (3 ** index % 31), 0);
  return body + (ALPHABET[(31 - (total % 31)) % 31] ?? '');
}
