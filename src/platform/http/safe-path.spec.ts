import { safePath } from './safe-path';

const TOKEN = 'q1MKE-vRpLAHKN4R_q1MKE-vRpLAHKN4Rq1MKE-vRpL';

it.each([
  ['/api/v1/tickets/01945c8e-7d20-7f5a-9c1b-3f6d1c2b4a59/explain?limit=5', '/api/v1/tickets/01945c8e-7d20-7f5a-9c1b-3f6d1c2b4a59/explain'], [`/api/v1/public/links/${TOKEN}?lang=en`, '/api/v1/public/links/…'],
  [`/api/v1/public/links/${TOKEN.slice(0, 20)}`, '/api/v1/public/links/…'], [`/api/v1/public/links/${TOKEN}/`, '/api/v1/public/links/…/'], [`/api/v1/pub%6Cic/links/${TOKEN}`, '/api/v1/pub%6Cic/links/…'],
  [`//public/links/${TOKEN}/more`, '//public/links/…/more'], [`https://x/API/V1/PUBLIC/LINKS/${TOKEN}#part`, 'https://x/API/V1/PUBLIC/LINKS/…'], ['/', '/'], ['', ''],
])('shows %s as %s', (url, shown) => {
  expect(safePath(url)).toBe(shown);
});
