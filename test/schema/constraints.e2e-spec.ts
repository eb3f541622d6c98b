import { type TestApp, startApp } from '../support/app';
import { aMachineClient } from '../support/clients';
import { A_PICTURE, aDeclaration, aRecusal, aReport, saying } from '../support/integrity';
import { aGuideItem, aGuideItemBody, aLinkage, aMatter, aReminder, anAccountOf, anAssignment, anEnterprise, aSessionOf, aTicketIn, aUscc, aVisit, takeStep } from '../support/world';

/** Each named constraint is broken in SQL, as its owner, whom no code stands in the way of. */
describe('the constraints', () => {
  let app: TestApp;
  let ids: Record<string, string>;
  beforeAll(async () => {
    app = await startApp();
    const enterprise = await anEnterprise(app);
    const { id: assignment } = await anAssignment(app, enterprise);
    const visit = ((await app.as('officer').post('/visits', aVisit(app, enterprise)).expect(201)).body as { id: string }).id;
    const plan = ((await app.as('officer').post('/planned-visits', { enterpriseId: enterprise, plannedOn: '2026-03-05' }).expect(201)).body as { id: string }).id;
    await aGuideItem(app);
    const ticket = await takeStep(app, await aTicketIn(app, 'in_progress', enterprise), 'reassign');
    await aTicketIn(app, 'withdrawn');
    const linkage = await aLinkage(app);
    await app.as('officer').post(`/linkages/${linkage.id}/replies`, { departmentId: app.departmentId, text: '同意' }).expect(201);
    await aReminder(app);
    const matter = await aMatter(app, { guideItemId: await aGuideItem(app) });
    await app.as('officer').post(`/matters/${matter}/research`, { text: '东区二号线' }).expect(201);
    await app.as('admin').post(`/cadres/${app.cadres.officer2}/leaves`, { from: '2026-03-03', to: '2026-03-04', substituteId: app.cadres.officer }).expect(201);
    await app.sql(`INSERT INTO lapse (id, park_id, assignment_id, enterprise_id, cadre_id, due_on, detected_at, outcome, version, created_at, updated_at)
      VALUES (uuidv7(), $1, $2, $3, $4, '2026-02-01', now(), 'open', 1, now(), now())`, [app.parkId, assignment, enterprise, app.cadres.officer]);
    await app.sql(`INSERT INTO visit_amendment (id, park_id, visit_id, amended_at, amended_by, before) VALUES (uuidv7(), $1, $2, now(), $3, '{}')`, [app.parkId, visit, app.cadres.officer]);
    await app.sql(`INSERT INTO enterprise_contact (id, park_id, enterprise_id, position, name, changed_at) VALUES (uuidv7(), $1, $2, 77, '王某', now())`, [app.parkId, enterprise]);
    await app.sql(`INSERT INTO access_log (id, park_id, at, actor_kind, actor_id, action, subject_type, subject_id, request_id) VALUES (uuidv7(), $1, now(), 'x', 'x', 'x', 'x', uuidv7(), 'x')`, [app.parkId]);
    await app.sql(`INSERT INTO client_made_id (id, park_id, resource, fingerprint, made_at) VALUES (uuidv7(), $1, 'x', '\\x00', now())`, [app.parkId]);
    await app.sql(`INSERT INTO planned_visit_member (park_id, planned_visit_id, cadre_id, joined_at) VALUES ($1, $2, $3, now()) ON CONFLICT DO NOTHING`, [app.parkId, plan, app.cadres.officer2]);
    await app.sql(`INSERT INTO journal_head (park_id, number, hash, algorithm, sealed_at) VALUES ($1, 5, $2, 'sha256', now())`, [app.parkId, Buffer.alloc(32)]);
    await app.sql(`INSERT INTO journal_verification (id, park_id, at, from_number, to_number, valid) VALUES (uuidv7(), $1, now(), 1, 5, true)`, [app.parkId]);
    await app.sql(`INSERT INTO enterprise_link (id, park_id, ticket_id, event_no, purpose, client_id, token_hash, created_at, expires_at)
      VALUES (uuidv7(), $1, $2, 1, 'question', 'x', sha256('x'), now(), now() + interval '1 day')`, [app.parkId, ticket.id]);
    await aDeclaration(app);
    await aRecusal(app);
    await saying(app, (await aReport(app, { reporter: { name: '罗梓萱' }, files: [A_PICTURE] })).code, '还有一位同事在场。').expect(200);
    await app.sql('INSERT INTO link_delivery (park_id, link_id, attempts, next_try_at) SELECT park_id, id, 0, now() FROM enterprise_link');
    await aMachineClient(app);
    const account = await anAccountOf(app, 'officer');
    await aSessionOf(app, 'officer');
    await app.sql(`INSERT INTO oidc_key (id, public_jwk, sealed_key, sealed_with, created_at, signs_from) VALUES (uuidv7(), '{}', '', 'x', now(), now())`);
    ids = { account, enterprise, assignment, visit, plan, nobody: '01950000-0000-7000-8000-00000000dead' };
  }, 120_000);
  afterAll(async () => { await app.close(); });

  /** Copies a row with some columns changed. */
  const copy = (table: string, changes: Record<string, string>) => `
    INSERT INTO ${table} SELECT (jsonb_populate_record(NULL::${table}, to_jsonb(t) || jsonb_build_object(${Object.entries(changes).map(([column, value]) => `'${column}', ${value}`).join(', ')}))).* FROM ${table} t LIMIT 1`;
  const set = (table: string, change: string) => `UPDATE ${table} SET ${change} WHERE ctid = (SELECT min(ctid) FROM ${table})`;
  const FRESH = 'uuidv7()';
  const KEPT = 'INSERT INTO kept_answer (scope, park_id, fingerprint, status, headers, body, kept_at) VALUES';
  const OTHER_PARK = '01950000-0000-7000-8000-000000000002';
  const sealed = (changes: Record<string, string>) => copy('journal_entry', { id: FRESH, number: '6', hash: `sha256('')`, algorithm: `'sha256'`, sealed_at: 'now()', ...changes });
  const LATER = `now() + interval '1 day'`;
  const CLOSED = 'closed_at = now(), closed_on = opened_on';
  const NOBODY = `'01950000-0000-7000-8000-00000000dead'`;

  const CASES: readonly (readonly [string, string])[] = [
    ['park_code_once', copy('park', { id: FRESH })],
    ['park_code_can_be_said', set('park', `code = 'no good'`)],
    ['park_county_is_a_division', set('park', `county_code = '43'`)],
    ['working_hours_of_park', set('working_hours', `park_id = ${NOBODY}`)],
    ['working_hours_one_version_a_day', copy('working_hours', { id: FRESH })],
    ['park_policy_of_park', set('park_policy', `park_id = ${NOBODY}`)],
    ['park_policy_one_version_a_day', copy('park_policy', { id: FRESH })],
    ['department_of_park', copy('department', { id: FRESH, park_id: NOBODY, name: `'x'` })],
    ['department_name_once', copy('department', { id: FRESH, assigning: 'false' })],
    ['department_one_assigning', copy('department', { id: FRESH, name: `'y'` })],
    ['calendar_year_status_known', set('calendar_year', `status = 'guessed'`)],
    ['calendar_year_in_range', set('calendar_year', 'year = year + 5000')],
    ['enterprise_of_park', copy('enterprise', { id: FRESH, park_id: NOBODY })],
    ['enterprise_uscc_once_per_park', copy('enterprise', { id: FRESH })],
    ['enterprise_uscc_form', set('enterprise', `uscc = 'OIOIOIOIOIOIOIOIOI'`)],
    ['enterprise_status_known', set('enterprise', `status = 'gone'`)],
    ['enterprise_next_status_whole', set('enterprise', `next_status = 'exited'`)],
    ['enterprise_location_whole', set('enterprise', 'location_lng = 113')],
    ['enterprise_contact_of_enterprise', copy('enterprise_contact', { id: FRESH, enterprise_id: NOBODY })],
    ['enterprise_contact_in_order', copy('enterprise_contact', { id: FRESH })],
    ['enterprise_contact_entered_in_park', set('enterprise_contact', `changed_by = ${NOBODY}`)],
    ['enterprise_status_of_enterprise', copy('enterprise_status', { id: FRESH, enterprise_id: NOBODY })],
    ['enterprise_status_step_known', set('enterprise_status', `status = 'gone'`)],
    ['enterprise_status_one_a_day', copy('enterprise_status', { id: FRESH })],
    ['cadre_in_department', copy('cadre', { id: FRESH, department_id: NOBODY, issuer: 'NULL', subject: 'NULL' })],
    ['cadre_identity_once', copy('cadre', { id: FRESH })],
    ['cadre_identity_whole', set('cadre', 'issuer = NULL')],
    ['cadre_roles_known', set('cadre', `roles = '{emperor}'`)],
    ['cadre_leave_of_cadre', copy('cadre_leave', { id: FRESH, cadre_id: NOBODY })],
    ['cadre_leave_substitute_in_park', set('cadre_leave', `substitute_id = ${NOBODY}`)],
    ['cadre_leave_ends_after_it_begins', set('cadre_leave', 'to_on = from_on - 1')],
    ['cadre_leave_substitute_is_another', set('cadre_leave', 'substitute_id = cadre_id')],
    ['cadre_leave_one_at_a_time', copy('cadre_leave', { id: FRESH })],
    ['assignment_of_enterprise', copy('assignment', { id: FRESH, enterprise_id: NOBODY })],
    ['assignment_of_cadre', copy('assignment', { id: FRESH, cadre_id: NOBODY, starts_on: `'2001-01-01'`, ends_on: `'2001-01-02'` })],
    ['assignment_succeeds_in_park', set('assignment', `predecessor_id = ${NOBODY}`)],
    ['assignment_capacity_known', set('assignment', `capacity = 'friend'`)],
    ['assignment_ends_after_it_starts', set('assignment', 'ends_on = starts_on - 1')],
    ['assignment_due_exactly_while_owed', set('assignment', 'next_due_on = NULL')],
    ['duty_watch_of_assignment', `INSERT INTO duty_watch (park_id, assignment_id, watch_on) SELECT park_id, ${NOBODY}, '2026-03-12' FROM assignment LIMIT 1`],
    ['assignment_one_per_capacity', copy('assignment', { id: FRESH })],
    ['lapse_of_assignment', copy('lapse', { id: FRESH, assignment_id: NOBODY })],
    ['lapse_of_assignment', set('lapse', `cadre_id = ${NOBODY}`)],
    ['lapse_substitute_in_park', set('lapse', `substitute_id = ${NOBODY}`)],
    ['lapse_outcome_known', set('lapse', `outcome = 'forgotten', cleared_on = due_on, days_late = 0`)],
    ['lapse_ends_with_its_days', set('lapse', `outcome = 'visited_late'`)],
    ['lapse_superseded_by_a_fact', set('lapse', `superseded_by = '{}'`)],
    ['lapse_once', copy('lapse', { id: FRESH })],
    ['visit_of_enterprise', set('visit', `enterprise_id = ${NOBODY}`)],
    ['visit_by_author', set('visit', `author_id = ${NOBODY}`)],
    ['visit_reviewed_in_park', set('visit', `review = 'accepted', reviewed_at = now(), reviewed_by = ${NOBODY}`)],
    ['visit_voided_in_park', set('visit', `voided_at = now(), void_reason = 'x', voided_by = ${NOBODY}`)],
    ['visit_mode_known', set('visit', `mode = 'telepathy'`)],
    ['visit_review_known', set('visit', `review = 'perhaps'`)],
    ['visit_reviewed_by_somebody', set('visit', `review = 'accepted'`)],
    ['visit_voided_with_reason', set('visit', 'voided_at = now()')],
    ['visit_ends_after_it_begins', set('visit', `ended_at = occurred_at - interval '1 second'`)],
    ['visit_location_whole', set('visit', 'location_lng = 113')],
    ['visit_participant_of_visit', copy('visit_participant', { visit_id: NOBODY })],
    ['visit_participant_is_cadre', copy('visit_participant', { cadre_id: NOBODY })],
    ['visit_amendment_of_visit', set('visit_amendment', `visit_id = ${NOBODY}`)],
    ['visit_amendment_by_cadre', set('visit_amendment', `amended_by = ${NOBODY}`)],
    ['planned_visit_to_enterprise', set('planned_visit', `enterprise_id = ${NOBODY}`)],
    ['planned_visit_by_planner', set('planned_visit', `planner_id = ${NOBODY}`)],
    ['planned_visit_status_known', set('planned_visit', `status = 'maybe', closed_at = now()`)],
    ['planned_visit_closed_at_a_time', set('planned_visit', `status = 'cancelled'`)],
    ['planned_visit_member_of_plan', copy('planned_visit_member', { planned_visit_id: NOBODY })],
    ['planned_visit_member_is_cadre', copy('planned_visit_member', { cadre_id: NOBODY })],
    ['guide_item_of_park', copy('guide_item', { id: FRESH, park_id: NOBODY })],
    ['guide_item_code_once', copy('guide_item', { id: FRESH })],
    ['guide_item_code_form', set('guide_item', `code = 'no good'`)],
    ['guide_item_version_of_item', copy('guide_item_version', { id: FRESH, guide_item_id: NOBODY })],
    ['guide_item_version_in_department', copy('guide_item_version', { id: FRESH, department_id: NOBODY, effective_from: `'2030-01-01'` })],
    ['guide_item_version_one_a_day', copy('guide_item_version', { id: FRESH })],
    ['guide_item_version_category_form', set('guide_item_version', `category = '许可'`)],
    ['guide_item_version_limits_for_normal', set('guide_item_version', `limits = '{}'`)],
    ['ticket_number_of_park', copy('ticket_number', { park_id: NOBODY })],
    ['ticket_number_once', copy('ticket', { id: FRESH })],
    ['ticket_of_enterprise', set('ticket', `enterprise_id = ${NOBODY}`)],
    ['ticket_of_visit', set('ticket', `visit_id = ${NOBODY}`)],
    ['ticket_of_guide_item', set('ticket', `guide_item_id = ${NOBODY}`)],
    ['ticket_registered_in_park', set('ticket', `registered_by = ${NOBODY}`)],
    ['ticket_handled_in_park', set('ticket', `handler_id = ${NOBODY}`)],
    ['ticket_led_in_park', set('ticket', `lead_id = ${NOBODY}`)],
    ['ticket_in_department', set('ticket', `department_id = ${NOBODY}`)],
    ['ticket_merged_into_same_enterprise', set('ticket', `state = 'merged', ended_at = now(), merged_into_id = ${NOBODY}`)],
    ['ticket_merged_into_same_enterprise', set('ticket', `state = 'merged', ended_at = now(), merged_into_id = (SELECT o.id FROM ticket o WHERE o.enterprise_id <> ticket.enterprise_id LIMIT 1)`)],
    ['ticket_closing_known', set('ticket', `state = 'closed', ended_at = now(), last_answer_at = now(), outcome = 'solved', closing = 'forgotten'`)],
    ['ticket_closed_somehow', set('ticket', `state = 'closed', ended_at = now(), last_answer_at = now(), outcome = 'solved'`)],
    ['ticket_closed_somehow', set('ticket', `closing = 'silent'`)],
    ['ticket_channel_known', set('ticket', `channel = 'telepathy'`)],
    ['ticket_priority_known', set('ticket', `priority = 'whenever'`)],
    ['ticket_state_known', set('ticket', `state = 'lost'`)],
    ['ticket_outcome_known', set('ticket', `outcome = 'forgotten'`)],
    ['ticket_level_known', set('ticket', 'level = 4')],
    ['ticket_ends_with_its_state', set('ticket', 'ended_at = now()')],
    ['ticket_open_has_a_clock', set('ticket', 'next_due_at = NULL, next_due_clock = NULL')],
    ['ticket_clock_has_a_kind', set('ticket', 'next_due_clock = NULL')],
    ['ticket_has_one_handler', set('ticket', 'handler_id = NULL')],
    ['ticket_has_one_handler', set('ticket', `state = 'registered'`)],
    ['ticket_closed_with_answer_and_outcome', set('ticket', `state = 'closed', closing = 'silent', ended_at = now(), last_answer_at = now(), outcome = NULL`)],
    ['ticket_closed_with_answer_and_outcome', set('ticket', `state = 'closed', closing = 'silent', ended_at = now(), last_answer_at = NULL, outcome = 'solved'`)],
    ['ticket_withdrawn_for_somebody', set('ticket', `withdrawn_for = '王经理'`)],
    ['ticket_merged_into_another', set('ticket', `state = 'merged', ended_at = now()`)],
    ['ticket_merged_into_another', set('ticket', `state = 'merged', ended_at = now(), merged_into_id = id`)],
    ['ticket_due_at_its_earliest_clock', set('ticket', `next_due_at = next_due_at + interval '1 second'`)],
    ['ticket_due_at_its_earliest_clock', `UPDATE ticket_clock SET due_at = due_at - interval '100 days' WHERE stopped_at IS NULL`],
    ['ticket_due_at_its_earliest_clock', `UPDATE ticket_clock SET stopped_at = now(), stopped_on = '2026-03-02' WHERE stopped_at IS NULL`],
    ['ticket_ended_runs_nothing_but_a_call', set('ticket', `state = 'withdrawn', withdrawn_for = '王经理', ended_at = now()`)],
    ['ticket_ended_runs_nothing_but_a_call', `UPDATE ticket_clock c SET stopped_at = NULL, stopped_on = NULL FROM (SELECT min(id::text)::uuid AS id FROM ticket WHERE state = 'withdrawn') w WHERE c.ticket_id = w.id AND c.kind = 'respond';
      UPDATE ticket SET (next_due_at, next_due_clock) = (SELECT c.due_at, c.kind FROM ticket_clock c WHERE c.ticket_id = ticket.id AND c.stopped_at IS NULL ORDER BY c.due_at LIMIT 1) WHERE state = 'withdrawn'`],
    ['ticket_closed_after_an_answer', set('ticket', `state = 'closed', closing = 'silent', ended_at = now(), last_answer_at = now(), outcome = 'solved'`)],
    ['ticket_collaborator_on_ticket', copy('ticket_collaborator', { ticket_id: NOBODY })],
    ['ticket_collaborator_in_park', copy('ticket_collaborator', { cadre_id: NOBODY })],
    ['ticket_event_of_ticket', copy('ticket_event', { ticket_id: NOBODY })],
    ['ticket_event_by_cadre', set('ticket_event', `cadre_id = ${NOBODY}`)],
    ['ticket_event_by_somebody', set('ticket_event', `actor_kind = 'ghost'`)],
    ['ticket_event_by_somebody', set('ticket_event', `actor_kind = 'system'`)],
    ['ticket_clock_of_ticket', copy('ticket_clock', { ticket_id: NOBODY })],
    ['ticket_clock_answered_for_in_park', set('ticket_clock', `breached_at = now(), breached_on = '2026-03-02', responsible_id = ${NOBODY}`)],
    ['ticket_clock_kind_known', set('ticket_clock', `kind = 'cuckoo'`)],
    ['ticket_clock_rests_only_to_resolve', set('ticket_clock', `kind = 'respond', due_at = NULL`)],
    ['ticket_clock_stops_whole', set('ticket_clock', 'stopped_at = now(), stopped_on = NULL')],
    ['ticket_clock_breached_whole', set('ticket_clock', 'breached_at = now()')],
    ['ticket_clock_promises_alone_are_breached', set('ticket_clock', `kind = 'wait', breached_at = now(), breached_on = '2026-03-02'`)],
    ['ticket_clock_one_running', copy('ticket_clock', { no: '98', kind: `'lead'`, stopped_at: 'NULL', stopped_on: 'NULL' }) + '; ' + copy('ticket_clock', { no: '99', kind: `'lead'`, stopped_at: 'NULL', stopped_on: 'NULL' })],
    ['linkage_of_ticket', copy('linkage', { id: FRESH, ticket_id: NOBODY })],
    ['linkage_led_in_park', set('linkage', `lead_id = ${NOBODY}`)],
    ['linkage_closed_in_park', set('linkage', `${CLOSED}, closing = 'reported', outcome = 'x', closed_by = ${NOBODY}`)],
    ['linkage_level_known', set('linkage', 'level = 4')],
    ['linkage_closes_whole', set('linkage', 'closed_at = now()')],
    ['linkage_closing_known', set('linkage', `${CLOSED}, closing = 'forgotten'`)],
    ['linkage_outcome_is_reported', set('linkage', `${CLOSED}, closing = 'ticket_ended', outcome = 'x'`)],
    ['linkage_one_open_per_level', copy('linkage', { id: FRESH })],
    ['linkage_member_of_linkage', copy('linkage_member', { linkage_id: NOBODY })],
    ['linkage_member_is_cadre', copy('linkage_member', { cadre_id: NOBODY })],
    ['linkage_member_once', copy('linkage_member', { joined_at: LATER })],
    ['linkage_department_of_linkage', copy('linkage_department', { linkage_id: NOBODY })],
    ['linkage_department_in_park', copy('linkage_department', { department_id: NOBODY })],
    ['linkage_department_once', copy('linkage_department', { invited_at: LATER })],
    ['linkage_reply_of_invited', copy('linkage_reply', { id: FRESH, invited_at: LATER })],
    ['linkage_reply_by_cadre', copy('linkage_reply', { id: FRESH, cadre_id: NOBODY })],
    ['linkage_session_of_linkage', copy('linkage_session', { id: FRESH, linkage_id: NOBODY })],
    ['linkage_session_recorded_in_park', copy('linkage_session', { id: FRESH, recorded_by: NOBODY })],
    ['linkage_participant_of_session', copy('linkage_participant', { session_id: NOBODY })],
    ['linkage_participant_is_cadre', copy('linkage_participant', { cadre_id: NOBODY })],
    ['follow_up_of_session', copy('follow_up', { id: FRESH, session_id: NOBODY })],
    ['follow_up_given_in_park', copy('follow_up', { id: FRESH, cadre_id: NOBODY })],
    ['follow_up_done_in_park', set('follow_up', `done_at = now(), done_on = due_on, done_by = ${NOBODY}`)],
    ['follow_up_done_whole', set('follow_up', `note = 'x'`)],
    ['reminder_once_per_event', copy('reminder', { id: FRESH })],
    ['reminder_of_event', copy('reminder', { id: FRESH, event_no: '99' })],
    ['reminder_of_assignment', copy('reminder', { id: FRESH, ticket_id: 'NULL', event_no: 'NULL', assignment_id: NOBODY, lapse_due_on: `'2026-03-01'` })],
    ['reminder_to_cadre', set('reminder', `cadre_id = ${NOBODY}`)],
    ['reminder_issued_in_park', set('reminder', `issued_by = ${NOBODY}`)],
    ['reminder_answered_in_park', set('reminder', `reply = 'x', replied_at = now(), replied_by = ${NOBODY}`)],
    ['reminder_kind_known', set('reminder', `kind = 'wish'`)],
    ['reminder_order_has_a_day', set('reminder', `kind = 'order'`)],
    ['reminder_about_one_thing', set('reminder', 'ticket_id = NULL')],
    ['reminder_of_somebody_says_something', set('reminder', 'text = NULL')],
    ['reminder_answered_whole', set('reminder', `reply = 'x'`)],
    ['matter_of_park', copy('matter', { id: FRESH, park_id: NOBODY, guide_item_id: 'NULL' })],
    ['matter_of_guide_item', copy('matter', { id: FRESH, guide_item_id: NOBODY })],
    ['matter_one_per_guide_item', copy('matter', { id: FRESH })],
    ['matter_opened_in_park', set('matter', `opened_by = ${NOBODY}`)],
    ['matter_decided_in_park', set('matter', `status = 'decided', decision = 'x', means = 'phone', decided_at = now(), decided_by = ${NOBODY}`)],
    ['matter_dismissed_in_park', set('matter', `status = 'dismissed', opened_by = NULL, dismiss_reason = 'x', dismissed_at = now(), dismissed_by = ${NOBODY}`)],
    ['matter_status_known', set('matter', `status = 'forgotten', opened_by = NULL`)],
    ['matter_opened_by_somebody', set('matter', 'opened_by = NULL')],
    ['matter_decided_whole', set('matter', `decision = 'x'`)],
    ['matter_dismissed_with_reason', set('matter', `status = 'dismissed', opened_by = NULL`)],
    ['matter_ticket_of_matter', copy('matter_ticket', { matter_id: NOBODY, standing: `'ended'` })],
    ['matter_ticket_is_ticket', copy('matter_ticket', { ticket_id: NOBODY })],
    ['matter_ticket_answered_by_event', set('matter_ticket', `standing = 'ended', event_no = 99`)],
    ['matter_ticket_standing_known', set('matter_ticket', `standing = 'maybe'`)],
    ['matter_ticket_answered_at_the_end', set('matter_ticket', 'event_no = 1')],
    ['matter_ticket_in_one_open', `WITH other AS (${copy('matter', { id: FRESH, guide_item_id: 'NULL' })} RETURNING id) INSERT INTO matter_ticket SELECT park_id, (SELECT id FROM other), ticket_id, 'open', added_at, NULL FROM matter_ticket LIMIT 1`],
    ['matter_note_of_matter', copy('matter_note', { id: FRESH, matter_id: NOBODY })],
    ['matter_note_by_cadre', copy('matter_note', { id: FRESH, cadre_id: NOBODY })],
    ['enterprise_link_about_event', copy('enterprise_link', { id: FRESH, event_no: '99', token_hash: `sha256('y')` })],
    ['enterprise_link_token_once', copy('enterprise_link', { id: FRESH })],
    ['enterprise_link_token_hashed', set('enterprise_link', `token_hash = '\\x00'`)],
    ['enterprise_link_opened_by_its_token', set('enterprise_link', 'token_hash = NULL')],
    ['enterprise_link_purpose_known', set('enterprise_link', `purpose = 'gossip'`)],
    ['enterprise_link_to_contact_or_client', set('enterprise_link', `contact_id = ${NOBODY}`)],
    ['enterprise_link_expires_later', set('enterprise_link', 'expires_at = created_at')],
    ['enterprise_link_ends_once', set('enterprise_link', 'used_at = now(), superseded_at = now()')],
    ['enterprise_link_one_answer', `${copy('enterprise_link', { id: FRESH, token_hash: `sha256('y')` })}; UPDATE enterprise_link SET used_at = now()`],
    ['link_delivery_of_link', copy('link_delivery', { link_id: NOBODY })],
    ['link_delivery_ends_one_way', set('link_delivery', 'delivered_at = now()')],
    ['link_delivery_error_is_a_code', set('link_delivery', `last_error = '13800138000 is away'`)],
    ['link_delivery_attempts_count', set('link_delivery', 'attempts = -1')],
    ['machine_client_of_park', copy('machine_client', { id: FRESH, park_id: NOBODY })],
    ['machine_client_auth_method_known', set('machine_client', `auth_method = 'none'`)],
    ['machine_client_keys_with_their_method', set('machine_client', `auth_method = 'private_key_jwt'`)],
    ['machine_client_keys_with_their_method', set('machine_client', `jwks = '{"keys": []}'`)],
    ['machine_client_park_of_client', copy('machine_client_park', { client_id: NOBODY })],
    ['machine_client_park_of_client', copy('machine_client_park', { granted_park_id: `'${OTHER_PARK}'`, park_id: `'${OTHER_PARK}'` })],
    ['machine_client_park_granted', copy('machine_client_park', { granted_park_id: NOBODY })],
    ['machine_client_park_scopes_known', set('machine_client_park', `scopes = '{operator}'`)],
    ['machine_client_park_scopes_known', set('machine_client_park', `scopes = '{}'`)],
    ['machine_client_secret_of_client', copy('machine_client_secret', { id: FRESH, client_id: NOBODY, secret_hash: `sha256('x')` })],
    ['machine_client_secret_once', copy('machine_client_secret', { id: FRESH, slot: '2' })],
    ['machine_client_secret_hashed', set('machine_client_secret', `secret_hash = '\\x00'`)],
    ['machine_client_secret_one_of_two', copy('machine_client_secret', { id: FRESH, slot: '3', secret_hash: `sha256('x')` })],
    ['machine_client_secret_two_at_most', copy('machine_client_secret', { id: FRESH, secret_hash: `sha256('x')` })],
    ['journal_entry_of_park', copy('journal_entry', { id: FRESH, park_id: NOBODY })],
    ['journal_entry_sealed_whole', copy('journal_entry', { id: FRESH, number: '7' })],
    ['journal_entry_number_counts', sealed({ number: '0' })],
    ['journal_entry_hash_whole', sealed({ hash: `'\\x00'` })],
    ['journal_entry_algorithm_known', sealed({ algorithm: `'md5'` })],
    ['journal_entry_number_once', `${sealed({})}; ${sealed({})}`],
    ['journal_entry_is_never_changed', set('journal_entry', `type = 'visit.forgotten'`)],
    ['journal_entry_is_never_changed', set('journal_entry', `number = 8, hash = sha256(''), algorithm = 'sha256', sealed_at = now(), data = '{"days": 1.0}'`)],
    ['journal_entry_is_never_changed', `${sealed({ number: '9' })}; UPDATE journal_entry SET number = 10 WHERE number = 9`],
    ['journal_entry_is_never_deleted', 'DELETE FROM journal_entry'],
    ['journal_entry_is_never_deleted', 'TRUNCATE journal_entry'],
    ['journal_head_of_park', copy('journal_head', { park_id: NOBODY })],
    ['journal_head_number_counts', copy('journal_head', { park_id: `'${OTHER_PARK}'`, number: '0' })],
    ['journal_head_hash_whole', set('journal_head', `number = 6, hash = '\\x00'`)],
    ['journal_head_algorithm_known', set('journal_head', `number = 6, algorithm = 'md5'`)],
    ['journal_head_only_grows', set('journal_head', 'number = number')],
    ['journal_head_only_grows', set('journal_head', `number = 6, sealed_at = sealed_at - interval '1 second'`)],
    ['journal_head_is_never_deleted', 'DELETE FROM journal_head'],
    ['journal_head_is_never_deleted', 'TRUNCATE journal_head'],
    ['journal_verification_of_park', copy('journal_verification', { id: FRESH, park_id: NOBODY })],
    ['journal_verification_broken_somewhere', copy('journal_verification', { id: FRESH, valid: 'false' })],
    ['journal_verification_entry_only_where_broken', copy('journal_verification', { id: FRESH, first_broken_entry_id: FRESH })],
    ['journal_verification_is_never_changed', set('journal_verification', 'valid = false')],
    ['journal_verification_is_never_changed', 'DELETE FROM journal_verification'],
    ['journal_verification_is_never_changed', 'TRUNCATE journal_verification'],
    ['access_log_is_never_changed', set('access_log', `reason = 'another'`)],
    ['access_log_is_kept_half_a_year', 'DELETE FROM access_log'],
    ['access_log_is_never_changed', 'TRUNCATE access_log'],
    ['access_log_of_park', copy('access_log', { id: FRESH, park_id: NOBODY })],
    ['account_of_cadre', set('account', `cadre_id = ${NOBODY}`)],
    ['account_one_per_cadre', copy('account', { id: FRESH, login: `'another'` })],
    ['account_login_once', copy('account', { id: FRESH, park_id: 'NULL', cadre_id: 'NULL' })],
    ['account_login_form', set('account', `login = 'Su Chao'`)],
    ['account_of_cadre_or_operator', set('account', 'cadre_id = NULL')],
    ['account_failures_count', set('account', 'failures = -1')],
    ['account_credential_of_account', copy('account_credential', { account_id: NOBODY })],
    ['account_credential_hash_is_argon2id', set('account_credential', `password_hash = 'plain'`)],
    ['account_credential_password_dated', set('account_credential', 'password_set_at = NULL')],
    ['account_credential_totp_whole', set('account_credential', `totp_secret = '\\x00'`)],
    ['sign_in_failure_counts', `INSERT INTO sign_in_failure (key, begins_at, failures) VALUES ('', now(), -1)`],
    ['oidc_payload_of_account', copy('oidc_payload', { id: `'another'`, account_id: NOBODY })],
    ['oidc_payload_grant_is_of_an_account', copy('oidc_payload', { id: `'another'`, account_id: 'NULL' })],
    ['oidc_payload_holds_no_token', copy('oidc_payload', { model: `'RefreshToken'` })],
    ['oidc_key_one_begins_at_a_time', copy('oidc_key', { id: FRESH })],
    ['oidc_key_public_part_is_public', set('oidc_key', `public_jwk = '{"d": "x"}'`)],
    ['oidc_key_is_published_first', set('oidc_key', `signs_from = created_at - interval '1 second'`)],
    ['integrity_report_of_park', copy('integrity_report', { id: FRESH, park_id: NOBODY, receipt_hash: `sha256('x')` })],
    ['integrity_report_receipt_once', copy('integrity_report', { id: FRESH })],
    ['integrity_report_about_enterprise', set('integrity_report', `enterprise_id = ${NOBODY}`)],
    ['integrity_report_receipt_hashed', set('integrity_report', `receipt_hash = '\\x00'`)],
    ['integrity_report_level_known', set('integrity_report', `level = 'province'`)],
    ['integrity_report_prohibitions_known', set('integrity_report', `prohibitions = '{}'`)],
    ['integrity_report_status_known', set('integrity_report', `status = 'lost'`)],
    ['integrity_report_outcome_known', set('integrity_report', `status = 'decided', outcome = 'forgotten', reason = 'x', decided_by = id, decided_at = now()`)],
    ['integrity_report_decided_whole', set('integrity_report', `status = 'decided'`)],
    ['integrity_report_reply_with_decision', set('integrity_report', `reply = 'x'`)],
    ['integrity_report_is_never_deleted', 'DELETE FROM integrity_report'],
    ['integrity_reporter_of_report', copy('integrity_reporter', { report_id: NOBODY })],
    ['integrity_reporter_is_never_changed', set('integrity_reporter', `sealed = 'x'`)],
    ['integrity_named_in_report', copy('integrity_named', { id: FRESH, report_id: NOBODY })],
    ['integrity_named_is_cadre', set('integrity_named', `cadre_id = ${NOBODY}`)],
    ['integrity_named_is_somebody', set('integrity_named', 'name = NULL')],
    ['integrity_named_is_never_deleted', 'DELETE FROM integrity_named'],
    ['integrity_file_of_report', copy('integrity_file', { id: FRESH, report_id: NOBODY })],
    ['integrity_file_type_known', copy('integrity_file', { id: FRESH, media_type: `'text/html'` })],
    ['integrity_file_size_limited', copy('integrity_file', { id: FRESH, content: `''` })],
    ['integrity_file_is_never_changed', set('integrity_file', `content = 'x'`)],
    ['integrity_message_in_report', copy('integrity_message', { id: FRESH, report_id: NOBODY })],
    ['integrity_message_author_known', copy('integrity_message', { id: FRESH, author: `'somebody'` })],
    ['integrity_message_is_never_changed', set('integrity_message', `text = 'x'`)],
    ['integrity_declaration_by_cadre', set('integrity_declaration', `cadre_id = ${NOBODY}`)],
    ['integrity_declaration_about_enterprise', set('integrity_declaration', `enterprise_id = ${NOBODY}`)],
    ['integrity_declaration_kind_known', set('integrity_declaration', `kind = 'friendship'`)],
    ['integrity_declaration_ended_whole', set('integrity_declaration', 'ended_at = now()')],
    ['integrity_declaration_is_never_deleted', 'DELETE FROM integrity_declaration'],
    ['integrity_recusal_of_cadre', set('integrity_recusal', `cadre_id = ${NOBODY}`)],
    ['integrity_recusal_from_enterprise', set('integrity_recusal', `enterprise_id = ${NOBODY}`)],
    ['integrity_recusal_level_known', set('integrity_recusal', `level = 'province'`)],
    ['integrity_recusal_ended_whole', set('integrity_recusal', 'ended_at = now()')],
    ['integrity_recusal_is_never_deleted', 'DELETE FROM integrity_recusal'],
    ['integrity_entry_of_park', copy('integrity_entry', { id: FRESH, park_id: NOBODY })],
    ['integrity_entry_number_once', copy('integrity_entry', { id: FRESH })],
    ['integrity_entry_number_counts', copy('integrity_entry', { id: FRESH, number: '0' })],
    ['integrity_entry_hash_whole', copy('integrity_entry', { id: FRESH, number: '99', hash: `'x'` })],
    ['integrity_entry_algorithm_known', copy('integrity_entry', { id: FRESH, number: '99', algorithm: `'md5'` })],
    ['integrity_entry_is_never_changed', set('integrity_entry', `type = 'x'`)],
    ['integrity_entry_is_never_changed', 'DELETE FROM integrity_entry'],
    ['integrity_entry_is_never_changed', 'TRUNCATE integrity_entry'],
    ['integrity_head_of_park', copy('integrity_head', { park_id: NOBODY })],
    ['integrity_head_number_counts', copy('integrity_head', { park_id: `'${OTHER_PARK}'`, number: '0' })],
    ['integrity_head_hash_whole', copy('integrity_head', { park_id: `'${OTHER_PARK}'`, hash: `'x'` })],
    ['integrity_head_algorithm_known', copy('integrity_head', { park_id: `'${OTHER_PARK}'`, algorithm: `'md5'` })],
    ['integrity_head_only_grows', set('integrity_head', 'number = number')],
    ['integrity_head_is_never_deleted', 'DELETE FROM integrity_head'],
    ['rate_window_used_counts', `INSERT INTO rate_window (key, begins_at, used) VALUES ('', now(), 0)`],
    ['kept_answer_of_park', `${KEPT} (sha256('x'), ${NOBODY}, '', 200, '{}', '', now())`],
    ['kept_answer_is_of_a_park_or_a_refusal', `${KEPT} (sha256('x'), NULL, '', 200, '{}', '', now())`],
    ['job_round_at_park', `INSERT INTO job_round (job, park_id) VALUES ('x', ${NOBODY})`],
    ['installation_key_has_256_bits', set('installation_key', `secret = '\\x00'`)],
  ];

  it.each(CASES)('%s', async (constraint, statement) => {
    await expect(app.sql(statement)).rejects.toMatchObject({ constraint });
  });

  it('covers every named constraint of the schema, and every trigger that refuses', async () => {
    const named = await app.sql<{ name: string }>(`
      SELECT conname AS name FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
      WHERE n.nspname = 'public' AND contype IN ('u', 'f', 'c', 'x') AND conrelid <> 'migrations'::regclass AND conname NOT LIKE '%_row_in_park' ORDER BY 1`);
    const triggers = await app.sql<{ name: string }>(`SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal AND (tgtype & 2) > 0 ORDER BY 1`);
    const broken = new Set(CASES.map(([name]) => name));
    expect(triggers.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
    expect(named.map(({ name }) => name).filter((name) => !broken.has(name) && name !== 'client_made_id_of_park')).toEqual([]);
    await expect(app.sql(`UPDATE client_made_id SET park_id = ${NOBODY}; SET CONSTRAINTS ALL IMMEDIATE`)).rejects.toMatchObject({ constraint: 'client_made_id_of_park' });
  });

  it.each([
    ['park_code_once', () => app.as('operator').post('/parks', { code: 'JKSP', name: 'x', countyCode: '430181', goLiveOn: '2026-03-01' }), 'park-code-taken'],
    ['department_name_once', () => app.as('admin').post('/departments', { name: '产业服务部' }), 'department-name-taken'],
    ['enterprise_uscc_once_per_park', async () => {
      const uscc = aUscc();
      await anEnterprise(app, { uscc });
      return app.as('admin').post('/enterprises', { name: '甲', uscc, status: 'signed' });
    }, 'uscc-taken'],
    ['cadre_identity_once', async () => {
      const [own] = await app.sql<{ issuer: string; subject: string }>('SELECT issuer, subject FROM cadre WHERE id = $1', [app.cadres.officer]);
      return app.as('admin').post('/cadres', { name: '甲', departmentId: app.departmentId, roles: ['officer'], identity: own });
    }, 'identity-taken'],
    ['cadre_leave_one_at_a_time', () => app.as('admin').post(`/cadres/${app.cadres.officer2}/leaves`, { from: '2026-03-04', to: '2026-03-06' }), 'leave-overlaps'],
    ['assignment_one_per_capacity', () => app.as('admin').post('/assignments', { enterpriseId: ids['enterprise'], cadreId: app.cadres.officer2, capacity: 'officer', startsOn: '2026-03-05' }), 'assignment-overlaps'],
    ['guide_item_code_once', async () => {
      await aGuideItem(app, { code: 'TWICE' });
      return app.as('admin').post('/guide-items', aGuideItemBody(app, { code: 'TWICE' }));
    }, 'guide-code-taken'],
    ['guide_item_version_one_a_day', async () => {
      const id = await aGuideItem(app);
      await app.as('admin').post(`/guide-items/${id}/versions`, { effectiveFrom: '2027-01-01' }).expect(201);
      return app.as('admin').post(`/guide-items/${id}/versions`, { effectiveFrom: '2027-01-01' });
    }, 'version-exists'],
    ['matter_one_per_guide_item', async () => {
      const guideItemId = await aGuideItem(app);
      await aMatter(app, { guideItemId });
      return app.as('supervisor').post('/matters', { title: '又一项', description: '同一事项', guideItemId });
    }, 'matter-exists'],
    ['matter_ticket_in_one_open', async () => {
      const shown = (await app.as('supervisor').get(`/matters/${await aMatter(app)}`).expect(200)).body as { tickets: { id: string }[] };
      return app.as('supervisor').post('/matters', { title: '又一项', description: '同一问题', ticketIds: shown.tickets.map(({ id }) => id) });
    }, 'ticket-in-matter'],
    ['park_policy_one_version_a_day', async () => {
      await app.as('admin').post(`/parks/${app.parkId}/policies`, { effectiveFrom: '2027-01-01' }).expect(201);
      return app.as('admin').post(`/parks/${app.parkId}/policies`, { effectiveFrom: '2027-01-01' });
    }, 'version-exists'],
    ['working_hours_one_version_a_day', async () => {
      const body = { effectiveFrom: '2027-01-01', windows: [{ opens: '09:00', closes: '17:00' }] };
      await app.as('admin').post(`/parks/${app.parkId}/working-hours`, body).expect(201);
      return app.as('admin').post(`/parks/${app.parkId}/working-hours`, body);
    }, 'version-exists'],
  ] as const)('%s: its API call answers 409', async (_constraint, call, code) => {
    const response = await call();
    expect({ status: response.status, code: (response.body as { code: string }).code }).toEqual({ status: 409, code });
  });
});
