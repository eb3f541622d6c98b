import type { MigrationInterface, QueryRunner } from 'typeorm';
import holidays from '../data/holidays.json';

/** The working-day calendar as published so far: 2023 to 2026 official, 2027 provisional. The operator loads later notices. */
export class NationalCalendar1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [year, status] of Object.entries(holidays.years)) {
      const days = holidays.days
        .filter((day) => (day.notice ?? Number(day.date.slice(0, 4))) === Number(year))
        .map(({ date, kind, name }) => ({ date, kind, name }));
      await runner.query("INSERT INTO calendar_year (year, version, status, source, days, loaded_at) VALUES ($1, 1, $2, $3, $4, '1900-01-01T00:00:00Z')",
        [Number(year), status, holidays.source, JSON.stringify(days)]);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM calendar_year WHERE version = 1');
  }
}
