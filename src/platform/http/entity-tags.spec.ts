import { entityTag, isNamedIn, versionIn } from './entity-tags';

describe('an entity tag', () => {
  it('is the version and a digest of the body, or the digest alone', () => {
    expect(entityTag(3, '{"a":1}')).toBe('"3-AVq9f1zFei3ZS3WQ"');
    expect(entityTag(undefined, '{"a":1}')).toBe(`"${entityTag(3, '{"a":1}').slice(3)}`);
  });

  it('changes with the body, whatever the version says', () => {
    expect(entityTag(3, '{"a":1}')).not.toBe(entityTag(3, '{"a":2}'));
  });
});

describe('the version in If-Match', () => {
  it.each([['"3"', 3], [' "3" ', 3], ['"3-AVq9f1zFfejVsZTH"', 3], [entityTag(999_999_999, 'x'), 999_999_999]])('%s', (header, version) => {
    expect(versionIn(header)).toBe(version);
  });

  it.each(['', '3', 'W/"3"', '"3', '"-1"', '"3-"', '"3-short"', '"3-AVq9f1zFfejVsZTHx"', '"AVq9f1zFfejVsZTH"', '"1234567890"', '"3", "4"', '*'])('none in %s', (header) => {
    expect(versionIn(header)).toBeUndefined();
  });
});

describe('If-None-Match', () => {
  const tag = entityTag(3, 'x');
  it.each([tag, `W/${tag}`, `"other", ${tag}`, `"other",W/${tag},"more"`, '*', ' * '])('names it: %s', (header) => {
    expect(isNamedIn(header, tag)).toBe(true);
  });

  it.each(['', '"3"', tag.slice(1, -1), `"x${tag.slice(1)}`, '"*"', '"other", "more"', '"'])('does not name it: %s', (header) => {
    expect(isNamedIn(header, tag)).toBe(false);
  });
});
