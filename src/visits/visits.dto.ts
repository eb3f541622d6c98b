import { type ShowName } from '../enterprises/domain/contact';
import type { Day } from '../kernel/day';
import { Choice, DayField, Decimal, Flag, Id, InstantField, Nested, Text, Whole } from '../platform/http/fields';
import { PageQuery } from '../platform/http/page';
import { DEVICE_OFFSET_LIMIT_MS } from './domain/visit-time';
import { VISIT_MODES, VISIT_REVIEWS, type VisitMode, type VisitReview } from './domain/visit-words';
import type { VisitRecord } from './visits.store';

const SUMMARY = '走访生产车间，了解订单与用工情况。';
const MODE = 'A visit `on_site`; or a contact by `phone`, `online` or `at_office`, which is logged and serves no duty.';

export class VisitLocation {
  @Decimal({ description: 'Longitude in degrees.', min: -180, max: 180, example: 112.9388 }) lng: number;
  @Decimal({ description: 'Latitude in degrees.', min: -90, max: 90, example: 28.2282 }) lat: number;
  @Choice({ description: 'Geodetic datum of the coordinates.', of: ['wgs84', 'gcj02'] }) datum: 'wgs84' | 'gcj02';
}

export class RaisedIssueBody {
  @Id({ description: 'Made by the client; a UUID of version 7.', optional: true }) id?: string;
  @Text({ description: 'One of the guide’s categories.', max: 40, pattern: { regex: /^[a-z][a-z0-9_]{0,39}$/, expected: 'a category of the guide' }, example: 'power' }) category: string;
  @Text({ description: 'In a few words.', max: 100, example: '园区频繁闪断' }) title: string;
  @Text({ description: 'What the matter is.', max: 4000, lines: true, example: '本月已闪断六次。' }) description: string;
  @Choice({ description: '`normal` when left out.', of: ['normal', 'urgent', 'critical'], optional: true }) priority?: 'normal' | 'urgent' | 'critical';
  @Id({ description: 'The guide item that fits.', optional: true }) guideItemId?: string;
  @Text({ description: 'Who of the enterprise raised it.', max: 100, optional: true, example: '王经理' }) raisedBy?: string;
  @InstantField({ description: 'When it was raised.', optional: true }) raisedAt?: string;
  @Id({ description: 'Files that came with it.', list: { max: 20, unique: true }, optional: true }) attachmentIds?: string[];
}

export class LogVisit {
  @Id({ description: 'Made by the client; a UUID of version 7.', optional: true }) id?: string;
  @Id({ description: 'Which park, for those who have several.', optional: true }) parkId?: string;
  @Id({ description: 'Who was visited.' }) enterpriseId: string;
  @InstantField({ description: 'When it happened, by the device’s clock.' }) occurredAt: string;
  @InstantField({ description: 'When it was written down, by the device’s clock.', optional: true, nullable: true }) recordedAt?: string | null;
  @Whole({ description: 'Server minus device in milliseconds, measured when the device synchronises; 0 when left out.', min: -DEVICE_OFFSET_LIMIT_MS, max: DEVICE_OFFSET_LIMIT_MS, optional: true, example: 0 })
  deviceOffsetMs?: number;
  @InstantField({ description: 'When it ended, by the device’s clock.', optional: true, nullable: true, example: '2026-03-12T03:15:00.000Z' }) endedAt?: string | null;
  @Choice({ description: MODE, of: VISIT_MODES }) mode: VisitMode;
  @Id({ description: 'Cadres who were there beside the author; it counts for each once they confirm.', list: { max: 20, unique: true }, optional: true }) participantIds?: string[];
  @Text({ description: 'Whom they met.', max: 100, list: { max: 20 }, optional: true, example: '行政部负责人' }) contactsMet?: string[];
  @Text({ description: 'What was talked about.', max: 100, list: { max: 20 }, optional: true, example: '用工' }) topics?: string[];
  @Text({ description: 'What happened.', max: 4000, lines: true, example: SUMMARY }) summary: string;
  @Text({ description: 'What was seen of the enterprise’s state.', max: 4000, lines: true, optional: true, nullable: true, example: '生产正常' }) conditions?: string | null;
  @Nested(() => VisitLocation, { description: 'Where it was logged.', optional: true, nullable: true }) location?: VisitLocation | null;
  @Nested(() => RaisedIssueBody, { description: 'Issues raised on the spot: registered as tickets in the same transaction. Voiding the visit leaves them.', list: { max: 10 }, optional: true }) tickets?: RaisedIssueBody[];
}

export class AmendVisit {
  @Text({ description: 'Why; a supervisor has to say.', max: 500, optional: true, example: '时间填写有误' }) reason?: string;
  @InstantField({ description: 'When it happened, by the device’s clock.', optional: true }) occurredAt?: string;
  @InstantField({ description: 'When it was written down, by the device’s clock.', optional: true, nullable: true }) recordedAt?: string | null;
  @Whole({ description: 'Server minus device in milliseconds.', min: -DEVICE_OFFSET_LIMIT_MS, max: DEVICE_OFFSET_LIMIT_MS, optional: true, example: 0 }) deviceOffsetMs?: number;
  @InstantField({ description: 'When it ended, by the device’s clock.', optional: true, nullable: true }) endedAt?: string | null;
  @Choice({ description: MODE, of: VISIT_MODES, optional: true }) mode?: VisitMode;
  @Id({ description: 'The cadres who were there beside the author. Who is new has to confirm.', list: { max: 20, unique: true }, optional: true }) participantIds?: string[];
  @Text({ description: 'Whom they met.', max: 100, list: { max: 20 }, optional: true, example: '行政部负责人' }) contactsMet?: string[];
  @Text({ description: 'What was talked about.', max: 100, list: { max: 20 }, optional: true, example: '用工' }) topics?: string[];
  @Text({ description: 'What happened.', max: 4000, lines: true, optional: true, example: SUMMARY }) summary?: string;
  @Text({ description: 'What was seen of the enterprise’s state.', max: 4000, lines: true, optional: true, nullable: true, example: '生产正常' }) conditions?: string | null;
  @Nested(() => VisitLocation, { description: 'Where it was logged.', optional: true, nullable: true }) location?: VisitLocation | null;
}

export class VoidVisit {
  @Text({ description: 'Why.', max: 500, example: '重复登记' }) reason: string;
}

export class ReviewVisit {
  @Flag({ description: 'Whether the late visit is accepted and counts for its day.' }) accept: boolean;
  @Text({ description: 'Why; needed to reject.', max: 500, optional: true, example: '已核对现场照片' }) reason?: string;
}

export class VisitsQuery extends PageQuery {
  @Id({ description: 'Of this enterprise.', optional: true }) enterpriseId?: string;
  @Id({ description: 'Written by this cadre, or naming them.', optional: true }) cadreId?: string;
  @DayField({ description: 'On this day or later.', optional: true }) from?: Day;
  @DayField({ description: 'On this day or earlier.', optional: true }) to?: Day;
  @Choice({ description: 'With this review; `needs_review` leaves out what is void.', of: VISIT_REVIEWS, optional: true }) review?: VisitReview;
}

export class VisitParticipantResponse {
  @Id({ description: 'The cadre.' }) cadreId: string;
  @InstantField({ description: 'When they confirmed having been there; null until then.', nullable: true }) confirmedAt: string | null;
}

export class VisitResponse {
  @Id({ description: 'The visit.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Id({ description: 'Who was visited.' }) enterpriseId: string;
  @Id({ description: 'Who wrote it down.' }) authorId: string;
  @InstantField({ description: 'When it happened, as the device claims.' }) occurredAt: string;
  @InstantField({ description: 'When it was written down, as the device claims.', nullable: true }) recordedAt: string | null;
  @Whole({ description: 'Server minus device in milliseconds.', min: -DEVICE_OFFSET_LIMIT_MS, max: DEVICE_OFFSET_LIMIT_MS, example: 0 }) deviceOffsetMs: number;
  @InstantField({ description: '`occurredAt` corrected by the device’s offset.' }) correctedAt: string;
  @DayField({ description: 'The local date on which it counts.' }) on: Day;
  @InstantField({ description: 'When the server received it.' }) receivedAt: string;
  @InstantField({ description: 'When it ended, as the device claims.', nullable: true }) endedAt: string | null;
  @Choice({ description: MODE, of: VISIT_MODES }) mode: VisitMode;
  @Id({ description: 'Everybody named, the author first.', list: { max: 21 } }) participantIds: string[];
  @Nested(() => VisitParticipantResponse, { description: 'Everybody named, and whether they confirmed.', list: { max: 21 } }) participants: VisitParticipantResponse[];
  @Text({ description: 'Whom they met; masked for the county and for clients.', max: 100, list: { max: 20 }, example: '行政部负责人' }) contactsMet: string[];
  @Text({ description: 'What was talked about.', max: 100, list: { max: 20 }, example: '用工' }) topics: string[];
  @Text({ description: 'What happened.', max: 4000, lines: true, example: SUMMARY }) summary: string;
  @Text({ description: 'What was seen of the enterprise’s state.', max: 4000, lines: true, nullable: true, example: '生产正常' }) conditions: string | null;
  @Nested(() => VisitLocation, { description: 'Where it was logged.', nullable: true }) location: VisitLocation | null;
  @Choice({ description: '`needs_review`: logged too late to count unless a supervisor accepts it.', of: VISIT_REVIEWS }) review: VisitReview;
  @InstantField({ description: 'When it was accepted or rejected.', nullable: true }) reviewedAt: string | null;
  @Id({ description: 'By whom.', nullable: true }) reviewedBy: string | null;
  @Text({ description: 'Why.', max: 500, nullable: true, example: '已核对现场照片' }) reviewReason: string | null;
  @InstantField({ description: 'When it was voided.', nullable: true }) voidedAt: string | null;
  @Id({ description: 'By whom.', nullable: true }) voidedBy: string | null;
  @Text({ description: 'Why.', max: 500, nullable: true, example: '重复登记' }) voidReason: string | null;
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When it was created.' }) createdAt: string;
  @InstantField({ description: 'When it was changed last.' }) updatedAt: string;
}

export function toVisitResponse(visit: VisitRecord, showName: ShowName = (name) => name): VisitResponse {
  const { id, parkId, enterpriseId, authorId, deviceOffsetMs, mode, contactsMet, topics, summary, conditions, review, reviewedBy, reviewReason, voidedBy, voidReason, version } = visit;
  return {
    id, parkId, enterpriseId, authorId, occurredAt: visit.occurredAt.toISOString(), recordedAt: text(visit.recordedAt), deviceOffsetMs, correctedAt: visit.correctedAt.toISOString(),
    on: visit.onDate, receivedAt: visit.receivedAt.toISOString(), endedAt: text(visit.endedAt), mode,
    participantIds: visit.participants.map(({ cadreId }) => cadreId),
    participants: visit.participants.map(({ cadreId, confirmedAt }) => ({ cadreId, confirmedAt: text(confirmedAt) })),
    contactsMet: contactsMet.map(showName), topics, summary, conditions, location: locationOf(visit),
    review, reviewedAt: text(visit.reviewedAt), reviewedBy, reviewReason, voidedAt: text(visit.voidedAt), voidedBy, voidReason,
    version, createdAt: visit.createdAt.toISOString(), updatedAt: visit.updatedAt.toISOString(),
  };
}

function text(instant: Date | null): string | null {
  return instant === null ? null : instant.toISOString();
}

function locationOf({ locationLng: lng, locationLat: lat, locationDatum: datum }: VisitRecord): VisitLocation | null {
  return lng === null || lat === null || datum === null ? null : { lng, lat, datum };
}
