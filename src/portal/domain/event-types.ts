import type { ClientScope } from '../../kernel/actor';
import type { Field, Fields } from './event-data';

/**
 * One type of event in one version. The first version of a type is what the journal calls it alone; a change that a reader could trip over
 * (a field that goes or means something else) is a new entry type that ends in `.v2`, and a line of its own here. New fields are no such change.
 */
export interface EventType {
  /** As the journal names it, without the version. */
  readonly entry: string;
  readonly version: number;
  readonly en: string;
  readonly zh: string;
  /** The scopes any of which lets a client read what the data speaks of; none where no client may. People who read the feed may. */
  readonly scopes: readonly ClientScope[];
  readonly fields: Fields;
  /** Where entries of one type speak of different things: the scope that it takes where the field is not null. */
  readonly about?: Readonly<Record<string, ClientScope>>;
}

type Describe = (description: string) => Field;
const [id, day, code, codes, whole, flag] = (['id', 'day', 'code', 'codes', 'whole', 'flag'] as const).map((kind): Describe => (description) => ({ kind, description })) as [Describe, Describe, Describe, Describe, Describe, Describe];
const orNull = (field: Field): Field => ({ ...field, nullable: true });
const perhaps = (field: Field): Field => ({ ...field, optional: true });

const CHANGED = codes('Names of the fields that were sent.');
const VISIT: Fields = {
  visitId: id('The visit.'), enterpriseId: id('The enterprise.'), on: day('The local date of the visit.'),
  mode: code('`on_site`, `phone`, `online` or `at_office`. Only visits on site count.'), review: code('`none`, `needs_review`, `accepted` or `rejected`.'),
};
const PLAN: Fields = { enterpriseId: id('The enterprise.'), on: day('The day that is planned.') };
const LEAVE: Fields = { cadreId: id('The cadre.'), from: day('First day.'), to: day('Last day.') };
const DUTY: Fields = { enterpriseId: id('The enterprise.'), cadreId: id('The cadre who owes the visits.'), capacity: code('`officer` or `leader`.') };
const LAPSE: Fields = { assignmentId: id('The assignment whose visit was missed.'), dueOn: day('When it was due.') };
const OUTCOME = {
  outcome: code('`open`, `visited_late`, `visited_on_time_recorded_late`, `duty_paused` or `duty_ended`.'), clearedOn: orNull(day('The day on which it came to an end.')),
};
const CAUSE = code('Type of the entry that is the cause, or `time`.');
const GUIDE_SCOPES: readonly ClientScope[] = ['enterprises:read', 'tickets:read', 'tickets:write', 'enterprise:act'];
const GUIDE: Fields = { effectiveFrom: day('First day of the version.'), category: code('What the item is about.'), departmentId: id('The department that handles it.') };
const CALENDAR = code('The working-day calendar by which it was judged, `year:version`.');

const type = (entry: string, scopes: ClientScope | readonly ClientScope[] | null, en: string, zh: string, fields: Fields = {}, about?: EventType['about']): EventType => (
  { entry, version: 1, en, zh, scopes: scopes === null ? [] : [scopes].flat(), fields, ...(about === undefined ? {} : { about }) });

const TEAM: Fields = { handlerId: id('Who is responsible.'), collaboratorIds: codes('Ids of those who work on it beside them.') };
const REVIEW: Fields = { reviewOn: day('When it is looked at again.') };
const LEVEL: Fields = { level: whole('From 1 to 3.') };
const ORDER: Fields = { dueOn: day('Until when it must be answered.') };
const CLOCK = code('Kind of the clock.');
const ticket = (entry: string, en: string, zh: string, fields: Fields = {}): EventType => type(`ticket.${entry}`, 'tickets:read', en, zh, {
  ticketId: id('The ticket.'), enterpriseId: id('The enterprise.'), event: whole('Number of the ticket’s event.'), status: code('Where the ticket stands after it.'), cycle: whole('In which cycle.'), ...fields,
});

const linkage = (entry: string, en: string, zh: string, fields: Fields = {}): EventType => type(`linkage.${entry}`, 'tickets:read', en, zh, {
  ticketId: id('The ticket.'), enterpriseId: id('The enterprise.'), cycle: whole('In which cycle of the ticket.'), level: whole('From 1 to 3.'), ...fields,
});

const MATTER: Fields = { category: orNull(code('Category of the service guide.')), guideItemId: orNull(id('The guide item that it is about.')), ticketIds: codes('Ids of its tickets.') };
const matter = (entry: string, en: string, zh: string, fields: Fields = {}): EventType => type(`matter.${entry}`, 'tickets:read', en, zh, fields);

const account = (entry: string, en: string, zh: string, fields: Fields = {}): EventType => type(`account.${entry}`, null, en, zh, { cadreId: id('Whose account it is.'), ...fields });

/** Every type of event, in the order in which the documents show them. */
export const EVENT_TYPES: readonly EventType[] = [
  type('park.created', 'enterprises:read', 'A park was set up.', '园区已建立。', { code: code('The park’s code.'), goLiveOn: day('The first day on which visits are owed.') }),
  type('park.changed', 'enterprises:read', 'A park was changed.', '园区信息已修改。', { fields: CHANGED, goLiveOn: perhaps(day('The first day on which visits are owed, when it was changed.')) }),
  type('policy.added', 'enterprises:read', 'A version of the park’s policy was added; `effectiveon` says from when it holds.', '新增园区政策版本,自 `effectiveon` 起生效。', { groups: codes('Which groups of the policy it changes.') }),
  type('working-hours.added', 'enterprises:read', 'A version of the park’s working hours was added.', '新增工作时间版本。'),
  type('calendar.loaded', 'enterprises:read', 'A version of a year’s working-day calendar was loaded.', '已载入某年工作日历版本。', {
    year: whole('The year.'), version: whole('Its version, from 1.'), status: code('`official` or `provisional`.'),
  }),
  type('department.added', 'enterprises:read', 'A department was added.', '新增部门。', { assigning: flag('Whether it answers for tickets that nobody has been assigned.') }),
  type('department.changed', 'enterprises:read', 'A department was changed.', '部门信息已修改。', { fields: CHANGED }),

  type('enterprise.registered', 'enterprises:read', 'An enterprise was registered.', '企业已登记。', {
    status: code('Its status.'), on: day('From when the status holds.'), usccWarning: flag('Whether its credit code was taken although a check digit is wrong.'),
  }),
  type('enterprise.changed', 'enterprises:read', 'The register’s entry of an enterprise was changed.', '企业信息已修改。', { fields: CHANGED }),
  type('enterprise.status_changed', 'enterprises:read', 'Somebody gave an enterprise a status, from a day on that may lie ahead.', '企业状态已变更(可预定未来日期)。', {
    enterpriseId: id('The enterprise.'), status: code('The status from then on.'), on: day('From when.'), before: code('The status until then.'),
  }),
  type('enterprise.status_turned', 'enterprises:read', 'The day of a status that was set ahead has come.', '预定的企业状态已生效。', { status: code('The status that holds now.'), on: day('From when.') }),
  type('contacts.revealed', null, 'Somebody read an enterprise’s contacts in full.', '有人查看了企业联系人完整信息。', { count: whole('How many contacts.') }),
  type('persons.forgotten', null, 'What policy does not keep any longer was forgotten: the contacts of enterprises that have left, persons and places in old records, old lines of the access log.', '已按保存期限清除个人信息(退出企业联系人、旧记录中的人员与位置、旧访问日志)。', {
    enterprises: whole('Enterprises whose contacts were erased.'), visits: whole('Visits in which persons and places were forgotten.'), tickets: whole('Tickets in which persons were forgotten.'), accesses: whole('Lines of the access log.'),
  }),
  type('contacts.erased', null, 'An enterprise’s contacts were erased.', '企业联系人信息已删除。', { count: whole('How many contacts.') }),

  type('guide-item.added', GUIDE_SCOPES, 'An item was added to the service guide.', '服务指南新增事项。', { code: code('The item’s code.'), ...GUIDE }),
  type('guide-item.version_added', GUIDE_SCOPES, 'A version of an item of the service guide was added; `effectiveon` says from when it holds.', '服务事项新增版本,自 `effectiveon` 起生效。', {
    ...GUIDE, active: flag('Whether the service is offered.'), fields: CHANGED,
  }),

  type('cadre.added', null, 'A cadre was added.', '新增干部。', { departmentId: id('The department.'), roles: codes('Roles.'), active: flag('Whether they are active.') }),
  type('cadre.changed', null, 'A cadre’s entry was changed.', '干部信息已修改。', { fields: CHANGED, roles: perhaps(codes('Roles, when they were changed.')) }),
  type('cadre.deactivated', null, 'A cadre is not active any more.', '干部已停用。', { cadreId: id('The cadre.') }),
  type('client.created', null, 'A machine client was created, with what it may do in the park.', '已新建机器客户端。', { authMethod: code('How it proves itself.'), scopes: codes('What it may do.') }),
  type('client.granted', null, 'The park said what a machine client may do in it, instead of what it said before.', '已授予或调整机器客户端权限。', { scopes: codes('What it may do.') }),
  type('client.rotated', null, 'A machine client was given a new secret, or other keys.', '机器客户端密钥已更换。', {
    authMethod: code('How it proves itself.'), overlapHours: orNull(whole('For how long the secret before goes on counting; null for keys.')),
  }),
  type('client.revoked', null, 'A machine client may do nothing in the park any more.', '机器客户端已停用。', { whole: flag('Whether it ended in every park.') }),

  account('created', 'A cadre was given an account.', '已开通账号。'),
  account('signed_in', 'Somebody signed in with an account, or went on to another app in a browser where they were signed in. Nothing is told of inspectors.', '账号已登录,或在已登录的浏览器中进入另一应用(纪检人员除外)。', { app: code('The app.'), secondFactor: flag('Whether a second factor was given.') }),
  account('sign_in_failed', 'Signing in with an account has failed; told within a minute. Nothing is told of inspectors.', '账号登录失败(一分钟内记入;纪检人员除外)。', { failures: whole('How many times in a row.') }),
  account('locked', 'An account was locked; its sessions have ended.', '账号已锁定,会话已终止。'),
  account('unlocked', 'An account was unlocked, or need not wait any more.', '账号已解锁。'),
  account('reset', 'An account was given a password for one sign-in; its sessions have ended, and a second factor has to be set up anew.', '账号已重置,会话已终止,须重新绑定第二验证方式。'),
  account('password_changed', 'The holder of an account has chosen a password.', '账号密码已修改。'),
  account('second_factor_set', 'A second factor was set up.', '已绑定第二验证方式。'),
  account('session_revoked', 'The holder of an account has ended a session.', '账号会话已撤销。', { sessionId: id('The session.') }),
  account('token_reused', 'A token was presented that had been used before: somebody may have stolen it. Its session has ended.', '令牌被重复使用,可能已泄露,会话已终止。', { what: code('`refresh_token` or `code`.') }),
  type('leave.added', null, 'A leave was entered.', '新增请假。', LEAVE),
  type('leave.changed', null, 'A leave was changed.', '请假已修改。', { ...LEAVE, beforeFrom: day('First day until now.'), beforeTo: day('Last day until now.') }),
  type('leave.cancelled', null, 'A leave was cancelled.', '请假已取消。', LEAVE),

  type('assignment.started', 'visits:read', 'A cadre was made to owe an enterprise visits.', '联系分工开始。', { ...DUTY, startsOn: day('First day.'), predecessorId: orNull(id('The assignment that it follows.')) }),
  type('assignment.ended', 'visits:read', 'An assignment was ended.', '联系分工终止。', { ...DUTY, endsOn: day('The day from which nothing is owed.') }),
  type('assignment.due_changed', 'visits:read', 'The next visit of an assignment is due on another day, or its standing has changed.', '下次走访到期日或履职状态已变化。', {
    enterpriseId: id('The enterprise.'), standing: code('`owed`, `resting` or `ended`.'), from: orNull(day('The due date until now.')), to: orNull(day('The due date from now on.')),
    cause: CAUSE, calendar: CALENDAR,
  }),
  type('duty.drift_found', null, 'A check found an assignment’s stored standing to differ from what the facts say; nothing was changed.', '核对发现履职状态存储与事实不符，未作改动。', { fields: codes('What differed.') }),
  type('lapse.recorded', 'visits:read', 'A due date passed without the visit.', '走访逾期已记录。', { ...LAPSE, outcome: perhaps(OUTCOME.outcome), clearedOn: perhaps(OUTCOME.clearedOn) }),
  type('lapse.ended', 'visits:read', 'A lapse came to an end.', '逾期已终结。', { ...LAPSE, ...OUTCOME, daysLate: orNull(whole('How many days late.')) }),
  type('lapse.reopened', 'visits:read', 'What had ended a lapse does not count any more.', '逾期重新开启。', { ...LAPSE, ...OUTCOME, daysLate: orNull(whole('How many days late.')) }),
  type('lapse.superseded', 'visits:read', 'A lapse turned out never to have been one.', '逾期记录已被取代。', { ...LAPSE, cause: CAUSE, causeId: code('Id of the cause, or the day on which time did it.'), calendar: CALENDAR }),

  type('visit.logged', 'visits:read', 'A visit was logged.', '走访已记录。', VISIT),
  type('visit.amended', 'visits:read', 'A visit was amended.', '走访记录已修改。', { ...VISIT, before: day('The date of the visit until now.'), fields: CHANGED }),
  type('visit.voided', 'visits:read', 'A visit was declared void.', '走访记录已作废。', VISIT),
  type('visit.reviewed', 'visits:read', 'A supervisor decided whether a late visit counts.', '补录走访已复核。', VISIT),
  type('visit.participation_confirmed', 'visits:read', 'Somebody named in a visit confirmed having been there.', '走访参与已确认。', { ...VISIT, cadreId: id('Who confirmed.') }),
  type('visit.imported', 'visits:read', 'A visit was taken over from before the system.', '已导入历史走访。', { enterpriseId: id('The enterprise.'), on: day('The local date of the visit.'), mode: code('As with `visit.logged`.') }),
  type('plan.made', 'visits:read', 'A visit was planned.', '已计划走访。', PLAN),
  type('plan.declined', 'visits:read', 'The enterprise declined a planned visit.', '企业婉拒计划走访。', PLAN),
  type('plan.cancelled', 'visits:read', 'A planned visit was cancelled.', '计划走访已取消。', PLAN),
  type('plan.joined', 'visits:read', 'Another cadre goes along on a planned visit.', '有干部加入计划走访。', { ...PLAN, cadreId: id('Who joined.') }),
  ticket('registered', 'A ticket was registered.', '问题已登记。', {
    channel: code('How it reached the ledger.'), category: code('Category of the service guide.'), priority: code('`normal`, `urgent` or `critical`.'), guideItemId: orNull(id('The guide item.')),
    visitId: orNull(id('The visit in which it was raised.')),
  }),
  ticket('assigned', 'A ticket was given to a handler.', '问题已派单。', TEAM),
  ticket('accepted', 'The handler accepted.', '经办人已接单。'),
  ticket('returned', 'The handler returned it to the department that assigns.', '经办人已退单。'),
  ticket('reassigned', 'A ticket was given to another handler, or other collaborators.', '问题已改派。', TEAM),
  ticket('answered', 'The enterprise was told something.', '已回复企业。', { kind: code('`interim` or `final`.'), nextReplyOn: orNull(day('When it will be told more.')), matterId: perhaps(id('The matter whose decision it is.')) }),
  ticket('material_requested', 'The enterprise was asked for material.', '已请企业补充材料。'),
  ticket('material_received', 'The material came.', '材料已收到。'),
  ticket('explained', 'It was explained why it cannot be solved now.', '已向企业解释说明。', REVIEW),
  ticket('acknowledged', 'The enterprise said whether it understood the explanation.', '企业已反馈是否理解。', { understood: flag('Whether it did.'), level: perhaps(whole('If it did not: the level of linkage to which the ticket was raised.')) }),
  ticket('deferred', 'A new review date was set.', '挂账复核日期已调整。', REVIEW),
  ticket('resumed', 'A deferred ticket was taken up again.', '挂账问题恢复办理。'),
  ticket('resolved', 'An outcome was reported.', '问题已办结,待企业评价。', { outcome: code('`solved`, `partly_solved`, `information_given`, `referred` or `declined`.') }),
  ticket('graded', 'The enterprise gave a grade: 3 to 5 closes, 1 and 2 send back.', '企业已评价。', {
    grade: { ...whole('From 1 to 5; told to clients, not to people.'), clientsOnly: true }, closing: perhaps(code('`confirmed`, where the grade closed it.')),
  }),
  ticket('reopened', 'A closed ticket was opened again, in a new cycle.', '问题重新办理。'),
  ticket('withdrawn', 'A ticket was withdrawn.', '问题已撤回。'),
  ticket('merged', 'A ticket was merged into an older one of the same enterprise.', '问题已合并。', { intoId: id('The ticket that goes on.') }),
  ticket('call_recorded', 'Somebody called the enterprise.', '回访已登记。', { reached: flag('Whether somebody was reached.'), denied: flag('Whether it denied having withdrawn the ticket.') }),
  ticket('recategorised', 'Category, guide item or priority were changed.', '问题类别或优先级已调整。', {
    category: code('Category.'), priority: code('Priority.'), guideItemId: orNull(id('The guide item.')),
  }),
  ticket('extension_requested', 'The handler asked for more time.', '经办人申请延期。', { unit: code('Unit of the limit.'), amount: whole('How much more.') }),
  ticket('extension_decided', 'A supervisor decided whether there is more time.', '延期申请已审批。', { granted: flag('Whether it was granted.') }),
  ticket('escalated', 'Somebody raised a ticket to a level of linkage.', '已启动三级联动。', LEVEL),
  ticket('lead_named', 'Who takes the lead was named.', '牵头人已指定。', { leadId: id('The cadre.') }),
  ticket('reminded', 'A supervisor reminded the handler.', '已催办。'),
  ticket('ordered', 'A supervisor ordered with a deadline.', '已督办。', ORDER),
  ticket('grade_set_aside', 'A grade was left out of the rates.', '评价不计入统计。'),
  ticket('breached', 'A deadline passed.', '时限已超期。', { clock: CLOCK, responsibleId: orNull(id('Who was responsible; null is the department that assigns.')) }),
  ticket('ran_out', 'A wait for the enterprise, or the time until a review, ran out.', '等待或挂账期限已到。', { clock: CLOCK, closing: perhaps(code('Where that has closed it: `silent`, or `called` where nothing could be sent and somebody had called.')) }),
  ticket('level_raised', 'A ticket was raised to a level of linkage since it is overdue.', '因超期自动升级。', LEVEL),
  ticket('level_closed', 'The linkage of the level at which it stands was closed: nobody need lead it any more.', '当前级别联动已办结。', LEVEL),
  ticket('order_issued', 'The system ordered since level 3 did not help.', '三级联动后系统发出督办。', ORDER),
  ticket('questioned', 'Some weeks after closing the enterprise is asked whether it stayed solved.', '办结后回访是否持续解决。'),
  ticket('stayed_solved', 'The enterprise said that it has stayed solved.', '企业反馈问题已持续解决。'),
  ticket('delivered', 'The enterprise has what it must answer.', '待答复内容已送达企业。'),
  ticket('recalculated', 'A new calendar or new working hours moved a deadline, or made it certain.', '因日历或工作时间变化重算时限。', { calendar: code('Calendar and version of the working hours, `year:version/version`.') }),
  linkage('opened', 'A ticket was raised to a level of linkage.', '三级联动已启动。'),
  linkage('team_changed', 'Who belongs to a linkage’s team, or which departments are invited, was given anew.', '联动小组或受邀部门已调整。', { cadreIds: codes('Ids of the team.'), departmentIds: codes('Ids of the departments that are invited.') }),
  linkage('session_held', 'A session of a linkage was recorded.', '联动会商已登记。', { sessionId: id('The session.'), followUpIds: codes('Ids of what it gave somebody to do.') }),
  linkage('replied', 'An invited department replied.', '受邀部门已回复。', { departmentId: id('The department.'), cadreId: id('Who replied for it.') }),
  linkage('closed', 'A linkage was closed.', '三级联动已办结。', { closing: code('`reported` with its outcome, or `ticket_ended` since the ticket ended first.') }),
  type('follow-up.done', 'tickets:read', 'What a session of a linkage gave somebody to do was done.', '会商交办事项已完成。', {
    ticketId: id('The ticket.'), enterpriseId: id('The enterprise.'), linkageId: id('The linkage.'), cadreId: id('Whom it was given to.'), dueOn: day('Until when.'), doneBy: id('Who says that it is done.'),
  }),
  matter('opened', 'A concern that several enterprises share was made a matter.', '普遍关注事项已立项。', MATTER),
  matter('proposed', 'The system proposes a matter, since enough enterprises have raised the same guide item.', '系统建议立项。', { ...MATTER, enterprises: whole('How many enterprises.') }),
  matter('accepted', 'A supervisor accepted a proposed matter.', '立项建议已采纳。'),
  matter('dismissed', 'A supervisor dismissed a proposed matter.', '立项建议未采纳。'),
  matter('tickets_added', 'Tickets joined a matter.', '普遍关注事项新增关联问题。', { ticketIds: codes('Ids of those that are new.') }),
  matter('researched', 'What research has found was noted.', '普遍关注事项新增调研记录。', { noteId: id('The note.'), cadreId: id('Who wrote it.') }),
  matter('decided', 'A matter was decided: a final answer on its tickets that somebody handles.', '普遍关注事项已决定。', { answeredIds: codes('Ids of the tickets that it answered.') }),
  type('reminder.issued', 'visits:read', 'A cadre was reminded of an overdue visit, or ordered to make it. Of tickets, `ticket.reminded` and its like tell that.', '已就逾期走访催办或督办。', {
    kind: code('`reminder` or `order`.'), enterpriseId: id('The enterprise.'), assignmentId: id('The assignment.'), lapseDueOn: day('When the visit was due.'), cadreId: id('Who owes it.'),
    dueOn: orNull(day('Until when an order must be answered.')),
  }),
  type('reminder.answered', ['tickets:read', 'visits:read'], 'A reminder or an order was answered.', '催办督办已回复。', {
    kind: code('`reminder` or `order`.'), enterpriseId: id('The enterprise.'), ticketId: orNull(id('The ticket, if it is about one.')), event: orNull(whole('Number of the ticket’s event that it was.')),
    assignmentId: orNull(id('The assignment, if it is about a visit.')), cadreId: id('Who answered.'),
  }, { ticketId: 'tickets:read', assignmentId: 'visits:read' }),
];

const VERSIONED = /^(.+)\.v([2-9]|[1-9]\d+)$/;
const BY_ENTRY = new Map(EVENT_TYPES.map((one) => [entryTypeOf(one), one]));
const BY_NAME = new Map(EVENT_TYPES.map((one) => [eventName(one), one]));

/** As the journal stores it. */
export function entryTypeOf({ entry, version }: Pick<EventType, 'entry' | 'version'>): string {
  return version === 1 ? entry : `${entry}.v${version}`;
}

/** The CloudEvents `type`: `service-ledger.<entry>.v<version>`. */
export function eventName({ entry, version }: Pick<EventType, 'entry' | 'version'>): string {
  return `service-ledger.${entry}.v${version}`;
}

export function findByEntryType(entryType: string): EventType | undefined {
  return BY_ENTRY.get(entryType);
}

export function findByName(name: string): EventType | undefined {
  return BY_NAME.get(name);
}

/** The name of an entry's event, also of a type that a newer program has written. */
export function nameOfEntryType(entryType: string): string {
  const [, entry = entryType, version = '1'] = VERSIONED.exec(entryType) ?? [];
  return eventName({ entry, version: Number(version) });
}

/** Identifies the JSON schema of the data. */
export function schemaUrn({ entry, version }: EventType): string {
  return `urn:service-ledger:schema:${entry}:v${version}`;
}
