import { countedAddress } from './address';

describe('an address counts', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'], ['::ffff:203.0.113.7', '203.0.113.7'], ['127.0.0.1', undefined], ['127.8.8.8', undefined], ['::1', undefined], ['::ffff:127.0.0.1', undefined],
    ['203.0.113.12:41234', '203.0.113.12'], ['[2001:db8::1]:443', '2001:db8:0:0::/64'], ['[::1]', undefined], ['127.0.0.1:80', undefined], ['nonsense', 'unreadable'], ['1.2.3.4:99:1', 'unreadable'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'], ['2001:DB8:1:2::9', '2001:db8:1:2::/64'], ['2001:db8::1', '2001:db8:0:0::/64'], ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s as %s', (address, counted) => {
    expect(countedAddress(address)).toBe(counted);
  });
});
