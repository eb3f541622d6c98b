import { Problem } from '../../kernel/problem';
import type { Word } from '../../kernel/problem-words';

/** What a report may bring along: pictures and documents that hold no program. */
export const MEDIA_TYPES = ['image/jpeg', 'image/png', 'application/pdf'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

export const MOST_FILES = 3;
export const MOST_BYTES = 200_000;
/** Of so many bytes in base64. */
export const MOST_CHARACTERS = Math.ceil(MOST_BYTES / 3) * 4;

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const BEGINNINGS: Readonly<Record<MediaType, readonly number[]>> = {
  'image/jpeg': [0xff, 0xd8, 0xff], 'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], 'application/pdf': [0x25, 0x50, 0x44, 0x46, 0x2d],
};

/** The bytes of a file. Problem `malformed` at the pointer for what is no base64, too large, or begins otherwise than its type does. */
export function readFile({ mediaType, content }: { readonly mediaType: MediaType; readonly content: string }, pointer: string): Buffer {
  if (content.length % 4 !== 0 || !BASE64.test(content)) throw malformed(`${pointer}/content`, 'base64');
  const bytes = Buffer.from(content, 'base64');
  if (bytes.length === 0 || bytes.length > MOST_BYTES) throw malformed(`${pointer}/content`, `1 to ${MOST_BYTES} bytes` as const);
  if (!BEGINNINGS[mediaType].every((byte, index) => bytes[index] === byte)) throw malformed(`${pointer}/content`, mediaType);
  return bytes;
}

function malformed(pointer: string, expected: Word): Problem {
  return new Problem('malformed', { errors: [{ pointer, code: 'format', params: { expected } }] });
}
