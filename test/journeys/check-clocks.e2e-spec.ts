import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DataSource } from 'typeorm';
import { ClosedLevels1764000000031 } from '../../migrations/1764000000031-closed-levels';
import { STATES, STEPS } from '../../src/tickets/domain/lifecycle';
import { TicketDeadlinesSweep } from '../../src/tickets/ticket-deadlines.sweep';
import { type TicketDrift, TicketReplayService } from '../../src/tickets/ticket-replay.service';
import { startApp, type TestApp } from '../support/app';
import { anAcceptedTicket, anEnterprise, aTicket, aTicketFor, aTicketIn, takeStep } from '../support/world';

/** Events told again give what is stored, whatever has happened; and whatever is stored otherwise is named. */
describe('tickets, told again', () => {
  let app: TestApp;
  let working: string;
  beforeAll(async () => {
    app = await startApp({ now: '2026-12-22T01:30:00.000Z' });
    for (const state of STATES) await aTicketIn(app, state);
    for (const step of STEPS) await takeStep(app, await aTicketFor(app, step), step);
    working = (await aTicketIn(app, 'in_progress')).id;
    // Breaches, silence and levels; then a notice moves what still runs into the next year, and new hours come; and more goes by.
    app.clock.set('2026-12-31T08:00:00.000Z');
    await app.as('supervisor').get('/supervision/unresolved-tickets').expect(200);
    for (const state of ['registered', 'in_progress', 'waiting_enterprise', 'resolved'] as const) await aTicketIn(app, state);
    await app.as('operator').put('/calendar/2027', { status: 'official', source: '国办发明电', days: [{ date: '2027-01-01', kind: 'holiday', name: '元旦' }, { date: '2027-01-04', kind: 'holiday', name: '调休' }] }).expect(200);
    app.clock.set('2026-12-31T09:00:00.000Z');
    await app.as('admin').post(`/parks/${app.parkId}/working-hours`, { effectiveFrom: '2027-01-05', windows: [{ opens: '08:00', closes: '12:00' }] }).expect(201);
    for (const ticket of [await aTicketFor(app, 'receive-material'), await aTicketFor(app, 'acknowledge')]) {
      app.clock.set('2027-01-06T02:00:00.000Z');
      await takeStep(app, ticket, ticket.status === 'explained' ? 'acknowledge' : 'receive-material', ticket.status === 'explained' ? { understood: false } : {});
    }
    await aTicket(app, await anEnterprise(app));
  }, 120_000);
  afterAll(async () => { await app.close(); });

  const check = async (): Promise<{ tickets: number; differences: TicketDrift[] }> => {
    const differences: TicketDrift[] = [];
    const { tickets } = await app.app.get(TicketReplayService).check('test', app.parkId, (drift) => { differences.push(drift); });
    return { tickets, differences };
  };
  const count = async (): Promise<number> => Number((await app.sql<{ count: string }>('SELECT count(*)::text AS count FROM ticket'))[0]?.count);
  /** As somebody with all rights of the database would, past every trigger. */
  const tamper = async (text: string, values: unknown[] = []): Promise<void> => {
    await app.sql('SET session_replication_role = replica');
    await app.sql(text, values);
    await app.sql('RESET session_replication_role');
  };
  const run = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
    const env = { ...process.env, DATABASE_URL: app.database.url };
    return promisify(execFile)(process.execPath, ['--require', './test/support/require-typescript.cjs', 'src/cli/check-clocks.ts', ...args], { env }).then(
      ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, out: stdout, err: stderr }));
  };

  it('are what is stored, before and after time has been written down', async () => {
    expect(await check()).toEqual({ tickets: await count(), differences: [] });
    await app.app.get(TicketDeadlinesSweep).sweep('test');
    app.clock.set('2027-03-10T02:00:00.000Z');
    expect((await app.app.get(TicketDeadlinesSweep).sweep('test')).settled).toBeGreaterThan(10);
    // Something that is still to come.
    await app.as('handler').post(`/tickets/${working}/answer`, { kind: 'interim', means: 'phone', text: '仍在办理。', nextReplyOn: '2027-04-01' }).expect(200);
    expect(await check()).toEqual({ tickets: await count(), differences: [] });
    const worlds = await app.sql<{ world: string }>('SELECT DISTINCT world FROM ticket_event');
    expect(worlds.map(({ world }) => world).sort()).toEqual(['2027:1/1', '2027:2/1', '2027:2/2']);
  });

  it('are what is stored where closed levels had a lead before an upgrade', async () => {
    const led = async (level: number): Promise<[ticketId: string, linkageId: string]> => {
      const ticketId = await anAcceptedTicket(app);
      const { id } = (await app.as('supervisor').post(`/tickets/${ticketId}/linkages`, { level, reason: '需现场协调' }).expect(201)).body as { id: string };
      await app.as('supervisor').post(`/tickets/${ticketId}/name-lead`, { leadId: app.cadres.leader }).expect(200);
      return [ticketId, id];
    };
    const close = async (linkageId: string): Promise<unknown> => app.as('supervisor').post(`/linkages/${linkageId}/close`, { outcome: '已协调。' }).expect(200);
    const [late, early] = await led(1);
    await close(early);
    app.clock.set('2027-03-19T02:00:00.000Z');
    await app.as('supervisor').get('/supervision/unresolved-tickets').expect(200);
    const [[goesOn, open], [, closed], [raised, below], [, kept]] = [await led(3), await led(1), await led(1), await led(3)];
    for (const id of [closed, below, kept]) await close(id);
    await app.as('supervisor').post(`/tickets/${raised}/linkages`, { reason: '仍需协调' }).expect(201);

    const leads = async (): Promise<object[]> => app.sql(
      'SELECT t.lead_id IS NOT NULL AS ticket, l.lead_id IS NOT NULL AS linkage FROM linkage l JOIN ticket t ON t.id = l.ticket_id WHERE l.id = ANY ($1) ORDER BY array_position($1, l.id)', [[open, closed, below, kept]]);
    const now = [{ ticket: true, linkage: true }, { ticket: false, linkage: true }, { ticket: false, linkage: true }, { ticket: false, linkage: true }];
    expect(await leads()).toEqual(now);
    const source = await new DataSource({ type: 'postgres', url: app.database.url }).initialize();
    const runner = source.createQueryRunner();
    await new ClosedLevels1764000000031().down(runner);
    // As it was before: the ticket keeps who led it, and an explanation that was not understood took the lead from the linkage of level 3.
    await app.sql('UPDATE linkage SET lead_id = NULL WHERE id = ANY ($1)', [[open, kept]]);
    expect(await leads()).toEqual([{ ticket: true, linkage: false }, { ticket: true, linkage: true }, { ticket: false, linkage: true }, { ticket: true, linkage: false }]);
    // And it waited longer to raise what was closed before a breach.
    await app.sql(`UPDATE ticket SET turn_at = '2099-01-01' WHERE id = $1`, [late]);
    expect((await check()).differences.map(({ field }) => field).sort()).toEqual(['lead_id', 'lead_id', 'turn_at']);
    await new ClosedLevels1764000000031().up(runner);
    await source.destroy();
    expect(await leads()).toEqual(now);
    expect(await check()).toEqual({ tickets: await count(), differences: [] });
    expect((await app.as('leader').get(`/tickets/${goesOn}`).expect(200)).body).toMatchObject({ leadId: app.cadres.leader });
  });

  it('from the command line and every night', async () => {
    const tickets = await count();
    expect(await run()).toEqual({ code: 0, out: `JKSP: ${tickets} tickets told again, nothing differs\nOTHER: 0 tickets told again, nothing differs\n`, err: '' });
    expect(await app.app.get(TicketDeadlinesSweep).reconcile('test', new AbortController().signal)).toEqual({ parks: 2, left: 0, tickets, differences: 0 });
  }, 120_000);

  it.each<[string, string, string]>([
    ['a deadline', `UPDATE ticket_clock SET due_at = due_at + interval '1 day' WHERE ticket_id = $1 AND no = 3`, 'clock 3: due_at'],
    ['a first deadline', `UPDATE ticket_clock SET original_due_at = original_due_at + interval '1 day' WHERE ticket_id = $1 AND no = 3`, 'clock 3: original_due_at'],
    ['who was responsible', 'UPDATE ticket_clock SET responsible_id = NULL WHERE ticket_id = $1 AND no = 3', 'clock 3: responsible_id'],
    ['a term', `UPDATE ticket_clock SET term = '{"unit": "workingDays", "amount": 50}' WHERE ticket_id = $1 AND no = 3`, 'clock 3: term'],
    ['a clock that is gone', 'DELETE FROM ticket_clock WHERE ticket_id = $1 AND no = (SELECT max(no) FROM ticket_clock WHERE ticket_id = $1)', 'clock'],
    ['when it is due next', `UPDATE ticket SET next_due_at = next_due_at + interval '1 second' WHERE id = $1`, 'next_due_at'],
    ['a level', 'UPDATE ticket SET level = 0 WHERE id = $1', 'level'],
    ['who handles it', `UPDATE ticket SET handler_id = (SELECT id FROM cadre WHERE subject = 'officer2') WHERE id = $1`, 'handler_id'],
    ['a turn that would be missed', `UPDATE ticket SET turn_at = '2099-01-01' WHERE id = $1`, ''],
    ['who collaborates', `INSERT INTO ticket_collaborator SELECT park_id, id, handler_id FROM ticket WHERE id = $1`, 'collaborators'],
    ['an event that is gone', 'DELETE FROM ticket_event WHERE ticket_id = $1 AND no = 2', ''],
    ['a calendar that nobody knows', `UPDATE ticket_event SET world = '1999:9/9' WHERE ticket_id = $1 AND no = 1`, 'events'],
  ])('differ in %s that somebody changed', async (_what, change, field) => {
    const before = await Promise.all(['ticket', 'ticket_event', 'ticket_clock', 'ticket_collaborator'].map(async (table) => [table, await app.sql(`SELECT to_jsonb(t) AS row FROM ${table} t WHERE ${table === 'ticket' ? 'id' : 'ticket_id'} = $1`, [working])] as const));
    await tamper(change, [working]);
    const { differences } = await check();
    for (const [table, rows] of before) {
      await tamper(`DELETE FROM ${table} WHERE ${table === 'ticket' ? 'id' : 'ticket_id'} = $1`, [working]);
      await tamper(`INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1)`, [JSON.stringify(rows.map(({ row }) => row))]);
    }
    if (field !== '') expect(differences.map((one) => one.field)).toEqual(expect.arrayContaining([expect.stringContaining(field)]));
    expect(differences.length).toBeGreaterThan(0);
    expect(new Set(differences.map(({ ticketId }) => ticketId))).toEqual(new Set([working]));
    expect((await check()).differences).toEqual([]);
  });

  it('are named on the command line, and stay as they are', async () => {
    const [clock] = await app.sql<{ no: number; number: string; due: Date }>('SELECT c.no, t.number, c.due_at AS due FROM ticket_clock c JOIN ticket t ON t.id = c.ticket_id WHERE c.ticket_id = $1 AND c.no = 3', [working]);
    await tamper(`UPDATE ticket_clock SET due_at = due_at + interval '1 day' WHERE ticket_id = $1 AND no = 3`, [working]);
    const [due, later] = [clock?.due.toISOString() ?? '', new Date((clock?.due.getTime() ?? 0) + 86_400_000).toISOString()];
    expect(await run('--park', 'JKSP')).toEqual({
      code: 1, out: `${clock?.number} (${working}): clock 3: due_at is "${later}", its events give "${due}"\nJKSP: ${await count()} tickets told again, 1 difference\n`, err: '',
    });
    expect(await app.app.get(TicketDeadlinesSweep).reconcile('test', new AbortController().signal)).toMatchObject({ differences: 1 });
    expect((await check()).differences).toHaveLength(1);
  }, 120_000);
});

/** The order in which notices and hours became known is that in which they were written, whatever the clocks of those who wrote them said. */
describe('a notice that is loaded with a clock that was set back', () => {
  let app: TestApp;
  beforeEach(async () => { app = await startApp({ now: '2026-12-28T02:00:00.000Z' }); });
  afterEach(async () => { await app.close(); });

  const notice = async (year: number, ...holidays: readonly string[]) => app.as('operator').put(`/calendar/${year}`, { status: 'official', source: '国办发明电', days: holidays.map((date) => ({ date, kind: 'holiday', name: '元旦' })) }).expect(200);
  /** The last day of a limit: as it is kept, by which lists go, and as it is told. */
  const dueOn = async (id: string, kind: string): Promise<(string | undefined)[]> => {
    const { clocks } = (await app.as('supervisor').get(`/tickets/${id}`).expect(200)).body as { clocks: { kind: string; dueOn: string }[] };
    const [kept] = await app.sql<{ on: string }>('SELECT due_on::text AS on FROM ticket_clock WHERE ticket_id = $1 AND kind = $2', [id, kind]);
    return [kept?.on, clocks.find((clock) => clock.kind === kind)?.dueOn];
  };
  const recalculated = async (id: string): Promise<string[]> => (await app.sql<{ world: string }>(`SELECT world FROM ticket_event WHERE ticket_id = $1 AND type = 'recalculated' ORDER BY no`, [id])).map(({ world }) => world);
  const differences = async (): Promise<TicketDrift[]> => {
    const found: TicketDrift[] = [];
    await app.app.get(TicketReplayService).check('test', app.parkId, (drift) => { found.push(drift); });
    return found;
  };
  const sweep = async () => app.app.get(TicketDeadlinesSweep).sweep('test');

  it.each([['a minute', '2026-12-28T01:59:00.000Z'], ['four weeks', '2026-11-30T02:00:00.000Z']])('replaces the one before it at once: by %s', async (_how, back) => {
    await notice(2026, '2026-12-30');
    const { id } = await aTicket(app, await anEnterprise(app));
    expect(await dueOn(id, 'resolve')).toEqual(['2027-01-06', '2027-01-06']);
    app.clock.set(back);
    // The corrected one has another day.
    await notice(2026, '2026-12-30', '2026-12-31');
    await sweep();
    expect(await dueOn(id, 'resolve')).toEqual(['2027-01-07', '2027-01-07']);
    expect(await recalculated(id)).toEqual(['2026:3/1']);
    app.clock.set('2026-12-28T02:10:00.000Z');
    expect(await dueOn((await aTicket(app, await anEnterprise(app))).id, 'respond')).toEqual(['2026-12-29', '2026-12-29']);
    app.clock.set('2026-12-29T02:10:00.000Z');
    expect(await dueOn((await aTicket(app, await anEnterprise(app))).id, 'respond')).toEqual(['2027-01-04', '2027-01-04']);
    await sweep();
    expect(await differences()).toEqual([]);
  });

  it('of another year changes no calendar that events have named', async () => {
    await notice(2026, '2026-12-29');
    const { id } = await aTicket(app, await anEnterprise(app));
    app.clock.set('2026-12-28T01:59:00.000Z');
    await notice(2027, '2027-01-01', '2027-01-04', '2027-01-05');
    app.clock.set('2026-12-28T02:10:00.000Z');
    await sweep();
    expect(await recalculated(id)).toEqual(['2027:2/1']);
    expect(await dueOn(id, 'resolve')).toEqual(['2027-01-08', '2027-01-08']);
    expect(await differences()).toEqual([]);
  });

  it('is no other one than the notice or the hours of the same moment', async () => {
    const { id } = await aTicket(app, await anEnterprise(app));
    await notice(2026, '2026-12-29');
    await sweep();
    await notice(2027, '2027-01-01', '2027-01-04');
    await app.as('admin').post(`/parks/${app.parkId}/working-hours`, { effectiveFrom: '2027-01-01', windows: [{ opens: '08:00', closes: '12:00' }] }).expect(201);
    await notice(2027, '2027-01-01');
    await sweep();
    expect(await recalculated(id)).toEqual(['2026:2/1', '2027:2/1', '2027:3/2']);
    expect(await differences()).toEqual([]);
  });

  it('nor do new hours take away the name of the notice before them', async () => {
    await notice(2027, '2027-01-01', '2027-01-04');
    const { id } = await aTicket(app, await anEnterprise(app));
    app.clock.set('2026-12-28T01:59:00.000Z');
    await app.as('admin').post(`/parks/${app.parkId}/working-hours`, { effectiveFrom: '2026-12-29', windows: [{ opens: '08:00', closes: '09:00' }] }).expect(201);
    app.clock.set('2026-12-28T08:00:00.000Z');
    await sweep();
    expect(await differences()).toEqual([]);
    expect((await app.as('supervisor').get(`/tickets/${id}`).expect(200)).body).toMatchObject({ status: 'registered', nextDueAt: '2026-12-28T07:30:00.000Z' });
  });

  it('holds for whoever registers by a clock that has not reached it', async () => {
    app.clock.set('2026-12-28T02:00:01.000Z');
    const before = (await aTicket(app, await anEnterprise(app))).id;
    await notice(2026, '2026-12-29');
    const enterpriseId = await anEnterprise(app);
    app.clock.set('2026-12-28T02:00:00.000Z');
    const { id } = await aTicket(app, enterpriseId);
    // A step on what was registered before it: told by the calendar that is known now.
    await app.as('supervisor').post(`/tickets/${before}/assign`, { handlerId: app.cadres.handler }).expect(200);
    for (const ticket of [id, before]) expect(await dueOn(ticket, 'respond')).toEqual(['2026-12-30', '2026-12-30']);
    app.clock.set('2026-12-28T02:05:00.000Z');
    await sweep();
    for (const ticket of [id, before]) expect(await dueOn(ticket, 'respond')).toEqual(['2026-12-30', '2026-12-30']);
    expect([await recalculated(id), await recalculated(before)]).toEqual([[], ['2026:2/1']]);
    expect(await differences()).toEqual([]);
  });
});
