import type { Day } from '../kernel/day';
import { Choice, DayField, Decimal, Flag, Id, InstantField, Nested, Text, Whole } from '../platform/http/fields';
import { PageQuery } from '../platform/http/page';
import { maskName, maskPhone } from './domain/contact';
import { type Datum, DATUMS } from './domain/location';
import { ENTERPRISE_STATUSES, type EnterpriseStatus } from './domain/status';
import type { Contact, EnterpriseView } from './enterprises.store';

const INDUSTRY = { regex: /^[A-T]?\d{2,4}$/, expected: 'GB/T 4754: an optional section letter and two to four digits' } as const;
const UNDERSTOOD = 'Full-width characters, spaces, hyphens and lower case are understood.';
// A masked name that comes back from a form must not take the place of the one that it hides.
const UNMASKED = { regex: /^[^*＊]+$/u, expected: 'a name in full, not a masked one' } as const;

export class EnterpriseLocation {
  @Decimal({ description: 'Longitude in degrees.', min: -180, max: 180, example: 113.0823 }) lng: number;
  @Decimal({ description: 'Latitude in degrees.', min: -90, max: 90, example: 28.2568 }) lat: number;
  @Choice({ description: 'What the coordinates refer to. They are kept as received.', of: DATUMS }) datum: Datum;
}

export class EnterpriseContactBody {
  @Text({ description: 'Name, in full.', max: 50, pattern: UNMASKED, example: '王小明' }) name: string;
  @Text({ description: 'Post.', max: 50, optional: true, nullable: true, example: '总经理' }) title?: string | null;
  @Text({
    description: 'A mobile, landline or 400 number of the mainland; +86, spaces and full-width digits are understood.', max: 40, optional: true, nullable: true,
    example: '13812345678',
  })
  phone?: string | null;
}

export class PatchEnterprise {
  @Text({ description: 'Name, as registered.', max: 100, optional: true, example: '长沙某某食品有限公司' })
  name?: string;

  @Text({ description: `Unified social credit code, GB 32100-2015. ${UNDERSTOOD}`, max: 60, optional: true, example: '91430100183853582E' })
  uscc?: string;

  @Flag({ description: 'By an administrator alone: accepts a code whose organisation code fails its own check.', optional: true, example: false })
  usccOverride?: boolean;

  @Text({ description: 'Industry, GB/T 4754.', max: 5, pattern: INDUSTRY, optional: true, nullable: true, example: 'C1431' })
  industryCode?: string | null;

  @Text({ description: 'Address.', max: 200, optional: true, nullable: true, example: '健康大道 18 号' })
  address?: string | null;

  @Nested(() => EnterpriseLocation, { description: 'Where it is.', optional: true, nullable: true })
  location?: EnterpriseLocation | null;

  @Nested(() => EnterpriseContactBody, { description: 'Whom to talk to, in order. Replaces the list.', optional: true, list: { max: 20 } })
  contacts?: EnterpriseContactBody[];

  @Text({ description: 'How the enterprise wants to be contacted.', max: 200, optional: true, nullable: true, example: '工作日上午电话联系' })
  contactPreference?: string | null;

  @Text({ description: 'Tags, in the park’s own words. Replaces the list.', max: 30, optional: true, list: { max: 20, unique: true }, example: '规上' })
  tags?: string[];
}

export class CreateEnterprise extends PatchEnterprise {
  @Id({ description: 'Made by the client; a UUID of version 7.', optional: true })
  id?: string;

  @Id({ description: 'Which park, for those who have several.', optional: true })
  parkId?: string;

  @Text({ description: 'Name, as registered.', max: 100, example: '长沙某某食品有限公司' })
  declare name: string;

  @Text({ description: `Unified social credit code, GB 32100-2015. ${UNDERSTOOD}`, max: 60, example: '91430100183853582E' })
  declare uscc: string;

  @Choice({ description: 'Status from today on; `signed` when left out. Later changes go through `/status`.', of: ENTERPRISE_STATUSES, optional: true })
  status?: EnterpriseStatus;
}

export class EnterpriseQuery extends PageQuery {
  @Text({
    description: 'A part of the name, of its pinyin initials, or the first two or more characters of the credit code.', max: 100, optional: true, example: '食品',
  })
  q?: string;

  @Choice({ description: 'Status in force today.', of: ENTERPRISE_STATUSES, optional: true, example: 'in_production' })
  status?: EnterpriseStatus;

  @Text({ description: 'Has this tag.', max: 30, optional: true, example: '规上' })
  tag?: string;

  @Id({ description: 'Is assigned to this cadre today.', optional: true })
  cadreId?: string;
}

export class ChangeStatus {
  @Choice({ description: 'The new status. An exit that has come is final.', of: ENTERPRISE_STATUSES, example: 'suspended' })
  status: EnterpriseStatus;

  @DayField({
    description: 'From this day on, in the park’s zone; today when left out. Up to `backdateLimitDays` back, or ahead; replaces what holds from there on.',
    optional: true,
  })
  on?: Day;

  @Text({ description: 'Why.', max: 500, lines: true, optional: true, example: '设备检修，停产两周' })
  reason?: string;
}

export class ContactsReason {
  @Text({ description: 'Why; it is kept in the access log.', max: 500, lines: true, example: '联系走访事宜' })
  reason: string;
}

export class MaskedContact {
  @Text({ description: 'Name, masked.', max: 50, example: '王*' }) name: string;
  @Text({ description: 'Post.', max: 50, nullable: true, example: '总经理' }) title: string | null;
  @Text({ description: 'Phone, masked.', max: 40, nullable: true, example: '138****5678' }) phone: string | null;
}

export class RevealedContact {
  @Text({ description: 'Name.', max: 50, example: '王小明' }) name: string;
  @Text({ description: 'Post.', max: 50, nullable: true, example: '总经理' }) title: string | null;
  @Text({ description: 'Phone.', max: 40, nullable: true, example: '13812345678' }) phone: string | null;
}

export class EnterpriseResponse {
  @Id({ description: 'The enterprise.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Text({ description: 'Name.', max: 100, example: '长沙某某食品有限公司' }) name: string;
  @Text({ description: 'Unified social credit code, normalised.', max: 18, example: '91430100183853582E' }) uscc: string;
  @Flag({ description: 'The organisation code inside fails its own check; an administrator has accepted that.', example: false }) usccWarning: boolean;
  @Text({ description: 'Industry, GB/T 4754.', max: 5, nullable: true, example: 'C1431' }) industryCode: string | null;
  @Choice({ description: 'Status in force today.', of: ENTERPRISE_STATUSES, example: 'in_production' }) status: EnterpriseStatus;
  @DayField({ description: 'Since when.' }) statusOn: Day;
  @Choice({ description: 'The status that is to come.', of: ENTERPRISE_STATUSES, nullable: true, example: 'exited' }) nextStatus: EnterpriseStatus | null;
  @DayField({ description: 'From when it will hold.', nullable: true }) nextStatusOn: Day | null;
  @Text({ description: 'Address.', max: 200, nullable: true, example: '健康大道 18 号' }) address: string | null;
  @Nested(() => EnterpriseLocation, { description: 'Where it is.', nullable: true }) location: EnterpriseLocation | null;
  @Nested(() => MaskedContact, { description: 'Whom to talk to, masked; `/contacts/reveal` shows them in full.', list: { max: 20 } })
  contacts: MaskedContact[];
  @Text({ description: 'How the enterprise wants to be contacted.', max: 200, nullable: true, example: '工作日上午电话联系' })
  contactPreference: string | null;
  @Text({ description: 'Tags.', max: 30, list: { max: 20 }, example: '规上' }) tags: string[];
  @InstantField({ description: 'When its contacts were erased; null once there are new ones.', nullable: true }) contactsErasedAt: string | null;
  @DayField({ description: 'The latest day on which anybody was on site.', nullable: true }) lastVisitOn: Day | null;
  @Whole({ description: 'Visits on site in the last 30 days, today included, by everybody together.', min: 0, max: 2_147_483_647, example: 3 })
  visitsLast30Days: number;
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When it was registered.' }) createdAt: string;
  @InstantField({ description: 'When it was changed last.' }) updatedAt: string;
}

export class RevealedContactsResponse {
  @Id({ description: 'The enterprise.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Nested(() => RevealedContact, { description: 'Whom to talk to, in full.', list: { max: 20 } }) contacts: RevealedContact[];
  @Whole({ description: 'Counts changes of the enterprise; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When the enterprise was registered.' }) createdAt: string;
  @InstantField({ description: 'When the enterprise was changed last.' }) updatedAt: string;
}

export function toEnterpriseResponse(enterprise: EnterpriseView): EnterpriseResponse {
  const { id, parkId, name, uscc, usccWarning, industryCode, status, statusOn, nextStatus, nextStatusOn, address, contactPreference } = enterprise;
  const { contacts, tags, contactsErasedAt, lastVisitOn, visitsLast30Days, version, createdAt, updatedAt } = enterprise;
  return {
    id, parkId, name, uscc, usccWarning, industryCode, status, statusOn, nextStatus, nextStatusOn, address, location: locationOf(enterprise),
    contacts: contacts.map(masked), contactPreference, tags: [...tags],
    contactsErasedAt: contactsErasedAt?.toISOString() ?? null, lastVisitOn, visitsLast30Days, version,
    createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(),
  };
}

/** In full: the caller has logged the reading. */
export function toRevealedContacts({ id, parkId, contacts, version, createdAt, updatedAt }: EnterpriseView): RevealedContactsResponse {
  return {
    id, parkId, contacts: contacts.map(({ name, title, phone }) => ({ name, title, phone })), version, createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function locationOf({ locationLng: lng, locationLat: lat, locationDatum: datum }: EnterpriseView): EnterpriseLocation | null {
  return lng === null || lat === null || datum === null ? null : { lng, lat, datum };
}

function masked({ name, title, phone }: Contact): MaskedContact {
  return { name: maskName(name), title, phone: phone === null ? null : maskPhone(phone) };
}
