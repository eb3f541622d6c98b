import { type Cast, ISSUER, type TestApp } from './app';
import { anEnterprise } from './world';

/** The smallest picture that begins as one. */
export const A_PICTURE = { mediaType: 'image/png', content: Buffer.from('89504e470d0a1a0a0000', 'hex').toString('base64') };

/** A report as a body: anonymous, about somebody whom it only calls by a name. */
export function aReportBody(given: object = {}): Record<string, unknown> {
  return { parkCode: 'JKSP', prohibitions: ['take_or_demand'], text: '经办人暗示须由其亲属承接装修工程。', named: [{ name: '某经办人' }], ...given };
}

export async function aReport(app: TestApp, given: object = {}): Promise<{ readonly id: string; readonly code: string }> {
  const response = await app.asNobody().post('/integrity/reports', aReportBody(given));
  if (response.status !== 201) throw new Error(`report: ${response.status} ${JSON.stringify(response.body)}`);
  // Its author is not told the id.
  const [latest] = await app.sql<{ id: string }>('SELECT id FROM integrity_report ORDER BY id DESC LIMIT 1');
  return { id: latest?.id ?? '', code: (response.body as { receiptCode: string }).receiptCode };
}

/** The officer has a share in an enterprise. */
export async function aDeclaration(app: TestApp, given: object = {}): Promise<string> {
  const response = await app.as('officer').post('/integrity/declarations', { enterpriseId: await anEnterprise(app), kind: 'shareholding', description: '持股百分之三。', ...given });
  if (response.status !== 201) throw new Error(`declaration: ${response.status} ${JSON.stringify(response.body)}`);
  return (response.body as { id: string }).id;
}

/** The second officer is kept from an enterprise. */
export async function aRecusal(app: TestApp, given: object = {}): Promise<string> {
  const response = await app.as('inspector').post('/integrity/recusals', { cadreId: app.cadres.officer2, enterpriseId: await anEnterprise(app), reason: '核查期间先行回避。', ...given });
  if (response.status !== 201) throw new Error(`recusal: ${response.status} ${JSON.stringify(response.body)}`);
  return (response.body as { id: string }).id;
}

/** As an inspector makes one of the cast, who comes under the identity that the cast has. */
export function anAppointment(app: TestApp, who: keyof Cast['cadres']): { readonly cadreId: string; readonly identity: { readonly issuer: string; readonly subject: string } } {
  return { cadreId: app.cadres[who], identity: { issuer: ISSUER, subject: who } };
}

/** What stands behind a receipt. */
export function following(app: TestApp, code: string): ReturnType<ReturnType<TestApp['asNobody']>['get']> {
  return app.asNobody().get('/integrity/receipts').set('x-receipt-code', code);
}

export function saying(app: TestApp, code: string, text: string): ReturnType<ReturnType<TestApp['asNobody']>['post']> {
  return app.asNobody().post('/integrity/receipts/messages', { text }).set('x-receipt-code', code);
}
