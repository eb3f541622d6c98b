import { isIPv4, isIPv6 } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
// As some proxies forward it.
const WITH_PORT = /^(?:\[([\da-f:.%]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/i;
const GROUPS = 8;
const GROUPS_OF_A_NETWORK = 4;

/**
 * What an address counts as: itself, or for IPv6 its network of 64 bits, of which one customer has all. Undefined for the machine itself:
 * a proxy on it that is not configured as trusted would put everybody under one limit.
 */
export function countedAddress(address: string): string | undefined {
  const bare = WITH_PORT.exec(address)?.slice(1).find((part) => part !== undefined) ?? address;
  const plain = MAPPED.exec(bare)?.[1] ?? bare;
  if (isIPv4(plain)) return plain.startsWith('127.') ? undefined : plain;
  // Whoever can write anything here must not be somebody else each time.
  if (!isIPv6(plain)) return 'unreadable';
  const [head = '', tail = ''] = (plain.split('%')[0] ?? '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const groups = plain.includes('::') ? [...before, ...Array.from({ length: GROUPS - before.length - after.length }, () => '0'), ...after] : before;
  const numbers = groups.map((group) => Number.parseInt(group, 16));
  if (numbers.slice(0, -1).every((number) => number === 0) && numbers.at(-1) === 1) return undefined;
  return `${numbers.slice(0, GROUPS_OF_A_NETWORK).map((number) => number.toString(16)).join(':')}::/64`;
}
