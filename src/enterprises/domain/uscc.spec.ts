import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkUscc, normaliseUscc, type UsccFault } from './uscc';

interface Case {
  readonly name?: string;
  readonly code: string;
  readonly why?: string;
  readonly expect: 'ok' | 'warning' | 'error';
  readonly normalised?: string;
}
const { cases } = JSON.parse(readFileSync(join(__dirname, '../../../test/vectors/uscc.json'), 'utf8')) as { cases: Case[] };
const FAULT_OF_REASON: Readonly<Record<string, UsccFault>> = {
  'check-digit': 'check-digit', 'forbidden-letter': 'alphabet', 'length': 'length', 'department-category': 'head-pair',
};

describe('the worked cases', () => {
  it.each(cases.map((one) => [`${one.code} (${one.name ?? one.why})`, one] as const))('%s', (_what, { code, why = '', expect: outcome, normalised }) => {
    expect(checkUscc(code)).toMatchObject({ result: outcome, ...(outcome === 'error' ? { fault: FAULT_OF_REASON[why] } : { uscc: normalised ?? code }) });
  });
});

it.each([
  ['9143 0100-MA4L1234—5X', '91430100MA4L12345X'],
  ['91\u00a0430100\u3000ma4l\u200b1234\u00ad5x', '91430100MA4L12345X'],
])('normalises %j', (text, expected) => {
  expect(normaliseUscc(text)).toBe(expected);
});

it.each([
  ['11', true], ['14', false], ['21', true], ['22', false], ['35', true], ['36', false], ['61', true], ['63', false], ['72', true], ['73', false],
  ['93', true], ['94', false],
  ['A1', true], ['A2', false], ['N3', true], ['N4', false], ['Y1', true], ['Y9', false], ['01', false], ['B1', false], ['C9', false],
])('head pair %s is known: %s', (pair, known) => {
  const checked = checkUscc(`${pair}4301000000000000`);
  expect(checked.result === 'error' && checked.fault === 'head-pair').toBe(!known);
});

it('finds every change of a single character', () => {
  const code = '911100007178710060';
  for (let index = 0; index < 18; index += 1) {
    const changed = code.slice(0, index) + (code[index] === '1' ? '3' : '1') + code.slice(index + 1);
    expect(checkUscc(changed).result).toBe('error');
  }
});
