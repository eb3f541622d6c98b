import { markup } from './markup';

it.each([
  ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'], ['" onfocus="x', '&quot; onfocus=&quot;x'], ["it's", 'it&#39;s'], ['A & B', 'A &amp; B'], ['&lt;', '&amp;lt;'],
])('shows %s as it is written', (text, escaped) => {
  expect(markup`<p title="${text}">${text}</p>`.text).toBe(`<p title="${escaped}">${escaped}</p>`);
});

it('takes pieces, lists of them, numbers, and nothing', () => {
  expect(markup`<ul>${['a', '<'].map((one) => markup`<li>${one}</li>`)}</ul>${undefined}${5}`.text).toBe('<ul><li>a</li><li>&lt;</li></ul>5');
});
