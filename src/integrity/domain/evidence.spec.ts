import type { Problem } from '../../kernel/problem';
import { type MediaType, MOST_BYTES, MOST_CHARACTERS, readFile } from './evidence';

const PNG = Buffer.from('89504e470d0a1a0a00', 'hex');
const refusal = (mediaType: MediaType, content: string): unknown => {
  try {
    return readFile({ mediaType, content }, '/files/0');
  } catch (error) {
    return (error as Problem).errors[0]?.params;
  }
};

describe('a file of a report', () => {
  it.each<[MediaType, Buffer]>([['image/png', PNG], ['image/jpeg', Buffer.from('ffd8ffe0', 'hex')], ['application/pdf', Buffer.from('%PDF-1.7')]])('is %s by what it begins with', (mediaType, bytes) => {
    expect(readFile({ mediaType, content: bytes.toString('base64') }, '/files/0')).toEqual(bytes);
  });

  it.each<[string, MediaType, string, string]>([
    ['another type than it says', 'application/pdf', PNG.toString('base64'), 'application/pdf'],
    ['a page', 'image/png', Buffer.from('<script>alert(1)</script>').toString('base64'), 'image/png'],
    ['nothing', 'image/png', '', `1 to ${MOST_BYTES} bytes`],
    ['no base64', 'image/png', 'a-b_', 'base64'],
    ['half of one', 'image/png', 'iVBORw0KGgoA='.slice(0, 11), 'base64'],
    ['padding in its middle', 'image/png', 'iV=BORw0', 'base64'],
    ['too large', 'image/png', Buffer.concat([PNG, Buffer.alloc(MOST_BYTES)]).toString('base64'), `1 to ${MOST_BYTES} bytes`],
  ])('is not %s', (_what, mediaType, content, expected) => {
    expect(refusal(mediaType, content)).toEqual({ expected });
  });

  it('fits its field when it is as large as it may be', () => {
    const bytes = Buffer.concat([PNG, Buffer.alloc(MOST_BYTES - PNG.length)]);
    expect(bytes.toString('base64').length).toBeLessThanOrEqual(MOST_CHARACTERS);
    expect(readFile({ mediaType: 'image/png', content: bytes.toString('base64') }, '')).toHaveLength(MOST_BYTES);
  });
});
