import { isDay, type Day } from '../kernel/day';
import { Choice, DayField, Id, InstantField, Nested, Text, Whole } from '../platform/http/fields';
import type { Park } from './park.entity';

const COUNTY_CODE = { regex: /^\d{6}$/, expected: 'GB/T 2260, six digits' } as const;

export class CreatePark {
  @Id({ description: 'Made by the client; a UUID of version 7.', optional: true })
  id?: string;

  @Text({ description: 'Short code, said aloud in ticket numbers.', min: 2, max: 10, pattern: { regex: /^[A-Z0-9]{2,10}$/, expected: '2 to 10 capital letters or digits' }, example: 'JKSP' })
  code: string;

  @Text({ description: 'The park’s name.', max: 100, example: '健康食品产业园' })
  name: string;

  @Text({ description: 'County, GB/T 2260.', max: 6, pattern: COUNTY_CODE, example: '430181' })
  countyCode: string;

  @Text({ description: 'IANA time zone; Asia/Shanghai when left out. It never changes.', max: 64, optional: true, example: 'Asia/Shanghai' })
  timeZone?: string;

  @DayField({ description: 'Duties start on this day at the earliest; nothing is flagged before it.' })
  goLiveOn: Day;
}

export class PatchPark {
  @Text({ description: 'The park’s name.', max: 100, optional: true, example: '健康食品产业园' })
  name?: string;

  @Text({ description: 'County, GB/T 2260.', max: 6, pattern: COUNTY_CODE, optional: true, example: '430181' })
  countyCode?: string;

  @DayField({ description: 'Duties start on this day at the earliest.', optional: true })
  goLiveOn?: Day;
}

export class ParkResponse {
  @Id({ description: 'The park.' }) id: string;
  @Text({ description: 'Short code.', max: 10, example: 'JKSP' }) code: string;
  @Text({ description: 'Name.', max: 100, example: '健康食品产业园' }) name: string;
  @Text({ description: 'County, GB/T 2260.', max: 6, example: '430181' }) countyCode: string;
  @Text({ description: 'IANA time zone.', max: 64, example: 'Asia/Shanghai' }) timeZone: string;
  @DayField({ description: 'First day on which duties may start.' }) goLiveOn: Day;
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When it was created.' }) createdAt: string;
  @InstantField({ description: 'When it was changed last.' }) updatedAt: string;
}

export function toParkResponse(park: Park): ParkResponse {
  const { id, code, name, countyCode, timeZone, goLiveOn, version, createdAt, updatedAt } = park;
  return { id, code, name, countyCode, timeZone, goLiveOn, version, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}

/** `[opens, closes]` as local wall-clock times. */
export class Window {
  @Text({ description: 'Opens, HH:MM.', max: 5, pattern: { regex: /^(?:[01]\d|2[0-3]):[0-5]\d$/, expected: 'HH:MM' }, example: '09:00' })
  opens: string;

  @Text({ description: 'Closes, HH:MM.', max: 5, pattern: { regex: /^(?:[01]\d|2[0-3]):[0-5]\d$/, expected: 'HH:MM' }, example: '12:00' })
  closes: string;
}

export class CreateWorkingHours {
  @DayField({ description: 'First day of this version; after today.', example: '2027-01-01' })
  effectiveFrom: Day;

  @Nested(() => Window, { description: 'Windows of a working day, in order and apart.', list: { max: 8, min: 1 } })
  windows: Window[];
}

export class WorkingHoursResponse extends CreateWorkingHours {
  @Id({ description: 'The version.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @InstantField({ description: 'When it was added.' }) createdAt: string;
}

export class CalendarDayBody {
  @DayField({ description: 'A day that differs from Monday to Friday.', example: '2027-02-08' })
  date: Day;

  @Choice({ description: '`holiday` takes a weekday out, `workday` puts a weekend day in.', of: ['holiday', 'workday'] })
  kind: 'holiday' | 'workday';

  @Text({ description: 'What the notice calls it.', max: 40, example: '春节' })
  name: string;
}

export class PutCalendar {
  @Choice({ description: '`official`: the State Council’s notice; `provisional`: statutory days alone; `missing`: Monday to Friday.', of: ['official', 'provisional', 'missing'] })
  status: 'official' | 'provisional' | 'missing';

  @Text({ description: 'Where it was published.', max: 300, example: '国办发明电〔2026〕号' })
  source: string;

  @Nested(() => CalendarDayBody, { description: 'Every day of the year that differs, and days of the last December that the notice names.', list: { max: 120 } })
  days: CalendarDayBody[];
}

export class CalendarResponse extends PutCalendar {
  @Whole({ description: 'The year.', min: 1900, max: 2999, example: 2027 }) year: number;
  @Whole({ description: 'Counts the loads; 0 for a year that nobody loaded.', min: 0, max: 1_000_000, example: 1 }) version: number;
  @InstantField({ description: 'When it was loaded.' }) loadedAt: string;
}

/** The year of a path. */
export function isCalendarYear(text: string): boolean {
  return isDay(`${text}-01-01`);
}
