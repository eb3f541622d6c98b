/** A sentence in both languages. `{expected}`, `{what}` and `{reason}` stand for words of `problem-words.ts`, other names for values that are the same in both. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

interface CatalogueEntry {
  readonly status: number;
  readonly title: Text;
  readonly detail: Text;
}

const entry = (status: number, title: Text, detail: Text): CatalogueEntry => ({ status, title, detail });

/** What can be wrong with the form of one field. */
export const FIELD_FAULTS = {
  'json': { en: 'The body is not JSON.', zh: '请求内容不是 JSON。' },
  'required': { en: 'Required.', zh: '必填。' },
  'unknown-field': { en: 'There is no such field.', zh: '没有该字段。' },
  'type': { en: 'Must be {expected}.', zh: '类型须为：{expected}。' },
  'format': { en: 'Must be {expected}.', zh: '格式须为：{expected}。' },
  'choice': { en: 'Must be one of: {choices}.', zh: '须为以下之一：{choices}。' },
  'too-short': { en: '{min} or more characters.', zh: '至少 {min} 个字符。' },
  'too-long': { en: '{max} characters or fewer.', zh: '最多 {max} 个字符。' },
  'too-few': { en: '{min} or more items.', zh: '至少 {min} 项。' },
  'too-many': { en: '{max} items or fewer.', zh: '最多 {max} 项。' },
  'repeated': { en: 'Items must differ from each other.', zh: '各项不得重复。' },
  'range': { en: 'Must lie between {min} and {max}.', zh: '须在 {min} 与 {max} 之间。' },
  'used-up': { en: 'No more of this is taken today. Leave it out, and the rest will be.', zh: '今日不再接收此项；去掉此项后，其余内容仍可提交。' },
  'control-character': { en: 'Contains a character that text cannot have.', zh: '含有文本不允许的字符。' },
} as const satisfies Record<string, Text>;

export type FieldFault = keyof typeof FIELD_FAULTS;

/** Every problem that the API can answer. Codes are stable: clients branch on them. */
export const PROBLEMS = {
  'malformed': entry(400, { en: 'Malformed request', zh: '请求格式有误' }, { en: 'The request cannot be read; see errors.', zh: '无法读取该请求，详见 errors。' }),
  'unreadable': entry(400, { en: 'Unreadable request', zh: '无法读取请求' }, { en: 'This could not be read as HTTP/1.1: the method is unknown, the head or a length is broken, or it is something else, such as TLS.', zh: '无法按 HTTP/1.1 读取该请求：请求方法未知，请求头或长度有误，或并非 HTTP（例如 TLS）。' }),
  'park-required': entry(400, { en: 'Park required', zh: '须指明园区' }, { en: 'Several parks are in your scope; say which with parkId.', zh: '您的权限包含多个园区，请用 parkId 指明。' }),
  'cursor-invalid': entry(400, { en: 'Invalid cursor', zh: '游标无效' }, { en: 'The cursor is damaged or belongs to another list.', zh: '游标已损坏或不属于此列表。' }),
  'unauthenticated': entry(401, { en: 'Not authenticated', zh: '未通过身份验证' }, { en: 'A valid bearer token is needed.', zh: '需要有效的访问令牌。' }),
  'forbidden': entry(403, { en: 'Not allowed', zh: '无权操作' }, { en: 'Your role or scope does not allow this.', zh: '您的角色或权限不允许此操作。' }),
  'not-found': entry(404, { en: 'Not found', zh: '未找到' }, { en: 'There is nothing here that you may see.', zh: '此处没有您可查看的内容。' }),
  'done-out-of-reach': entry(404, { en: 'Done, and out of your reach', zh: '已办理，但您已无权查看' }, { en: 'This call was carried out before; what it answered you may not read any more.', zh: '该请求此前已办理；其结果您已无权查看。' }),
  'method-not-allowed': entry(405, { en: 'Method not allowed', zh: '不支持的方法' }, { en: 'This address takes {allowed}, not {method}.', zh: '该地址支持 {allowed}，不支持 {method}。' }),
  'id-taken': entry(409, { en: 'Id already used', zh: '标识已被使用' }, { en: 'This id was used before with other content.', zh: '该标识已用于其他内容。' }),
  'uscc-taken': entry(409, { en: 'Credit code already registered', zh: '信用代码已登记' }, { en: 'An enterprise with this credit code is registered in the park.', zh: '园区内已登记该统一社会信用代码的企业。' }),
  'park-code-taken': entry(409, { en: 'Park code already used', zh: '园区代码已被使用' }, { en: 'Another park has this code.', zh: '已有园区使用该代码。' }),
  'department-name-taken': entry(409, { en: 'Department name already used', zh: '部门名称已存在' }, { en: 'The park has a department of this name.', zh: '园区内已有同名部门。' }),
  'guide-code-taken': entry(409, { en: 'Item code already used', zh: '事项编码已被使用' }, { en: 'The park’s guide has an item with this code.', zh: '园区服务指南中已有使用该编码的事项。' }),
  'identity-taken': entry(409, { en: 'Identity already bound', zh: '身份已绑定' }, { en: 'This issuer and subject are bound to another cadre.', zh: '该身份已绑定其他干部。' }),
  'login-taken': entry(409, { en: 'Login name already used', zh: '登录名已被使用' }, { en: 'Another account has this login name.', zh: '已有账号使用该登录名。' }),
  'account-exists': entry(409, { en: 'Account exists', zh: '账号已存在' }, { en: 'This cadre has an account.', zh: '该干部已有账号。' }),
  'assignment-overlaps': entry(409, { en: 'Assignment overlaps', zh: '联系分工重叠' }, { en: 'The enterprise has a cadre in this capacity on some of these days; hand over or end that assignment first.', zh: '该企业在部分日期内已有此类联系人，请先交接或终止。' }),
  'assignment-ended': entry(409, { en: 'Assignment has ended', zh: '联系分工已终止' }, { en: 'The assignment ended on {endsOn}.', zh: '该联系分工已于 {endsOn} 终止。' }),
  'leave-overlaps': entry(409, { en: 'Leave overlaps', zh: '请假时间重叠' }, { en: 'The cadre has another leave on some of these days.', zh: '该干部在部分日期内已有请假。' }),
  'leave-cancelled': entry(409, { en: 'Leave was cancelled', zh: '请假已取消' }, { en: 'A cancelled leave cannot be changed.', zh: '已取消的请假不能修改。' }),
  'has-open-duties': entry(409, { en: 'Duties are still open', zh: '尚有未交接的职责' }, { en: 'Hand over the listed duties first.', zh: '请先交接所列职责。' }),
  'version-exists': entry(409, { en: 'Version exists', zh: '版本已存在' }, { en: 'There is a version with effect from {effectiveFrom}.', zh: '已有自 {effectiveFrom} 起生效的版本。' }),
  'visit-voided': entry(409, { en: 'Visit is void', zh: '走访已作废' }, { en: 'A voided visit cannot be changed.', zh: '已作废的走访不能修改。' }),
  'visit-not-in-review': entry(409, { en: 'Visit is not in review', zh: '走访不在复核中' }, { en: 'Only a visit that needs review can be accepted or rejected.', zh: '只有待复核的走访可以采纳或驳回。' }),
  'participation-confirmed': entry(409, { en: 'Participation already confirmed', zh: '参与已确认' }, { en: 'You have confirmed this participation before.', zh: '您已确认过此次参与。' }),
  'plan-closed': entry(409, { en: 'Plan is closed', zh: '计划已关闭' }, { en: 'The planned visit is {status}.', zh: '该计划走访状态为 {status}。' }),
  'plan-joined': entry(409, { en: 'Already joined', zh: '已加入' }, { en: 'You take part in this planned visit already.', zh: '您已参加该计划走访。' }),
  'enterprise-exited': entry(409, { en: 'Enterprise has exited', zh: '企业已退出' }, { en: 'The enterprise left the park on {on}.', zh: '该企业已于 {on} 退出园区。' }),
  'status-unchanged': entry(409, { en: 'Status unchanged', zh: '状态未变' }, { en: 'The enterprise has this status already.', zh: '企业已处于该状态。' }),
  'contact-erased': entry(409, { en: 'Contacts erased', zh: '联系人已删除' }, { en: 'The contact data was erased.', zh: '联系人信息已被删除。' }),
  'step-not-open': entry(409, { en: 'Step not open', zh: '当前不可执行该步骤' }, { en: 'A ticket that is {status} does not take the step {step} now; see allowedSteps.', zh: '状态为 {status} 的问题当前不能执行 {step}，可执行的步骤见 allowedSteps。' }),
  'linkage-closed': entry(409, { en: 'Linkage is closed', zh: '联动已结束' }, { en: 'The linkage was closed, or its ticket has ended.', zh: '该级联动已办结，或所属问题已结束。' }),
  'follow-up-done': entry(409, { en: 'Already done', zh: '已完成' }, { en: 'The follow-up is done.', zh: '该交办事项已完成。' }),
  'reminder-answered': entry(409, { en: 'Already answered', zh: '已回复' }, { en: 'The reminder is answered; a reply stays as it is.', zh: '该催办督办已回复，回复不可更改。' }),
  'matter-not-open': entry(409, { en: 'Matter is not open for this', zh: '事项状态不符' }, { en: 'A matter that is {status} does not take this.', zh: '状态为 {status} 的事项不能执行此操作。' }),
  'matter-exists': entry(409, { en: 'Matter exists', zh: '已有同类事项' }, { en: 'An open or proposed matter is about this guide item.', zh: '该服务事项已有在办或建议中的普遍关注事项。' }),
  'ticket-in-matter': entry(409, { en: 'Ticket has a matter', zh: '问题已归入其他事项' }, { en: 'A ticket is in another open matter.', zh: '有问题已归入其他在办事项。' }),
  'client-revoked': entry(409, { en: 'Client was revoked', zh: '客户端已停用' }, { en: 'A revoked client stays revoked; create another.', zh: '已停用的客户端不能恢复，请新建。' }),
  'nothing-asked': entry(409, { en: 'Nothing is asked', zh: '当前无需企业答复' }, { en: 'The ticket does not wait for such an answer of the enterprise now.', zh: '该问题当前不等待企业的此类答复。' }),
  'link-answered': entry(410, { en: 'Answered already', zh: '已答复' }, { en: 'What this link asked has been answered, or the ticket has gone on.', zh: '该链接所询问的内容已答复，或问题已进入下一步。' }),
  'twin-running': entry(409, { en: 'Still running', zh: '请求处理中' }, { en: 'The same call is being carried out just now; ask again for its answer.', zh: '相同请求正在处理，请稍后再次获取结果。' }),
  'report-decided': entry(409, { en: 'Report is decided', zh: '举报已办结' }, { en: 'The report has been decided; what is new is a new report.', zh: '该举报已办结；如有新情况，请另行举报。' }),
  'conflict-ended': entry(409, { en: 'Has ended', zh: '已终止' }, { en: 'It has been ended before.', zh: '此前已终止。' }),
  'conflict': entry(409, { en: 'Conflict', zh: '冲突' }, { en: 'The request conflicts with what is stored.', zh: '请求与已有数据冲突。' }),
  'busy': entry(503, { en: 'Busy', zh: '繁忙' }, { en: 'Too much is being done at once just now; try again shortly.', zh: '当前操作过多，请稍后重试。' }),
  'too-slow': entry(408, { en: 'Too slow', zh: '请求超时' }, { en: 'The request took too long to arrive.', zh: '请求未在规定时间内传完。' }),
  'stale': entry(412, { en: 'Stale version', zh: '版本已过期' }, { en: 'The resource has changed since you read it.', zh: '该资源在您读取后已被修改。' }),
  'too-large': entry(413, { en: 'Too large', zh: '内容过大' }, { en: 'The body is larger than allowed.', zh: '请求内容超过上限。' }),
  'unsupported-media-type': entry(415, { en: 'Unsupported media type', zh: '不支持的媒体类型' }, { en: 'Send application/json in UTF-8.', zh: '请以 UTF-8 编码的 application/json 发送。' }),
  'uscc-invalid': entry(422, { en: 'Invalid credit code', zh: '信用代码无效' }, { en: 'Not a unified social credit code: {reason}.', zh: '不是有效的统一社会信用代码：{reason}。' }),
  'uscc-organisation-check': entry(422, { en: 'Credit code needs confirmation', zh: '信用代码须确认' }, { en: 'The check digit of the organisation code inside is wrong; old exceptions exist: confirm with usccOverride.', zh: '其中组织机构代码校验位不符；如属历史例外，请以 usccOverride 确认。' }),
  'id-time-out-of-range': entry(422, { en: 'Id out of range', zh: '标识时间超限' }, { en: 'A client-made id is a UUID of version 7 whose time lies at most 24 hours ahead and 400 days back.', zh: '客户端生成的标识须为 UUID v7，其时间不得超前 24 小时或早于 400 天。' }),
  'reference-unknown': entry(422, { en: 'Unknown reference', zh: '引用不存在' }, { en: 'There is no such {what} here.', zh: '此处没有该{what}。' }),
  'date-order': entry(422, { en: 'Dates out of order', zh: '日期顺序有误' }, { en: '{later} must not lie before {earlier}.', zh: '{later} 不得早于 {earlier}。' }),
  'not-in-future': entry(422, { en: 'Not in the future', zh: '须为未来日期' }, { en: 'The day must lie after today ({today}).', zh: '日期须晚于今天（{today}）。' }),
  'too-far-back': entry(422, { en: 'Too far back', zh: '追溯过久' }, { en: 'It can be recorded for at most {days} days back.', zh: '最多可追溯 {days} 天。' }),
  'too-far-ahead': entry(422, { en: 'Too far ahead', zh: '计划过远' }, { en: 'It can be planned for at most {days} days ahead.', zh: '最多可提前 {days} 天计划。' }),
  'in-future': entry(422, { en: 'In the future', zh: '时间在将来' }, { en: 'What happened can lie at most five minutes ahead of the server.', zh: '发生时间不得晚于服务器时间五分钟以上。' }),
  'cadre-inactive': entry(422, { en: 'Cadre is not active', zh: '干部已停用' }, { en: 'The cadre is not active.', zh: '该干部已停用。' }),
  'role-missing': entry(422, { en: 'Role missing', zh: '角色不符' }, { en: 'It takes one of the roles: {role}.', zh: '须具有以下角色之一：{role}。' }),
  'identity-unconfirmed': entry(422, { en: 'Identity not confirmed', zh: '身份未经确认' }, { en: 'This is not the identity that is bound to the cadre: name exactly that one, as the cadre says it, or null to remove it.', zh: '与该干部已绑定的身份不一致：请按其本人所述准确填写，或填 null 以解除绑定。' }),
  'handler-recused': entry(422, { en: 'Recused', zh: '须回避' }, { en: 'Somebody who is named here may not deal with this enterprise; choose another.', zh: '所选人员中有人须回避该企业事项，请另选他人。' }),
  'role-not-grantable': entry(422, { en: 'Role cannot be granted', zh: '不可授予的角色' }, { en: 'An administrator grants neither inspector, county nor operator.', zh: '管理员不得授予纪检、县级或运维角色。' }),
  'substitute-is-self': entry(422, { en: 'Own substitute', zh: '不能代理自己' }, { en: 'Nobody is their own substitute.', zh: '不能由本人代理。' }),
  'not-a-participant': entry(422, { en: 'Not a participant', zh: '非参与人' }, { en: 'You are not named in this visit.', zh: '您未被列为此次走访的参与人。' }),
  'amend-too-late': entry(422, { en: 'Too late to amend', zh: '已超过修改期限' }, { en: 'The author amends within 24 hours; after that a supervisor does, with a reason.', zh: '记录人可在 24 小时内修改；之后由督查人员说明理由后修改。' }),
  'reason-required': entry(422, { en: 'Reason required', zh: '须说明理由' }, { en: 'Say why.', zh: '请说明理由。' }),
  'final-answer-missing': entry(422, { en: 'Final answer missing', zh: '尚无最终回音' }, { en: 'Give the enterprise a final answer first, newer than the last outcome, resumption or reopening.', zh: '请先给企业最终回音，且须晚于上次办结、恢复办理或重新办理。' }),
  'outcome-needs': entry(422, { en: 'Outcome needs more', zh: '办理结果缺少内容' }, { en: 'The outcome {outcome} needs this field.', zh: '办理结果为 {outcome} 时须填写此项。' }),
  'review-out-of-range': entry(422, { en: 'Review date out of range', zh: '复核日期超限' }, { en: 'The review date must lie between {from} and {to}.', zh: '复核日期须在 {from} 与 {to} 之间。' }),
  'reply-after-outcome': entry(422, { en: 'No reply after the outcome', zh: '办结后不能约定再次回复' }, { en: 'A ticket with an outcome waits for the enterprise; no further reply can be promised.', zh: '已办结的问题等待企业评价，不能再约定回复日期。' }),
  'extension-unit': entry(422, { en: 'Other unit', zh: '延期单位不符' }, { en: 'The limit counts in {unit}; an extension does, too.', zh: '该时限以 {unit} 计，延期须用相同单位。' }),
  'level-not-higher': entry(422, { en: 'Level not higher', zh: '级别未提升' }, { en: 'The ticket stands at level {level} already.', zh: '该问题已处于第 {level} 级。' }),
  'visit-not-overdue': entry(422, { en: 'No visit is overdue', zh: '没有逾期走访' }, { en: 'No visit of the assignment is overdue today.', zh: '该联系分工目前没有逾期走访。' }),
  'merge-unfit': entry(422, { en: 'Cannot merge into it', zh: '不能合并到该问题' }, { en: 'Merge into an older open ticket of the same enterprise that is neither deferred nor resolved.', zh: '只能合并到同一企业更早登记、仍在办理且未挂账、未办结的问题。' }),
  'client-keys-invalid': entry(422, { en: 'Keys refused', zh: '公钥无效' }, { en: 'Public keys alone: P-256, P-384, Ed25519, or RSA of 2048 bits and more, each whole and with a kid of its own.', zh: '仅接受公钥：P-256、P-384、Ed25519 或不少于 2048 位的 RSA，内容须完整且 kid 各不相同。' }),
  'client-keys-misplaced': entry(422, { en: 'Keys and method differ', zh: '公钥与认证方式不符' }, { en: 'A client has public keys with private_key_jwt, and with no other method.', zh: '仅当认证方式为 private_key_jwt 时须且只能提供公钥。' }),
  'category-unknown': entry(422, { en: 'Unknown category', zh: '类别不存在' }, { en: 'It is none of the categories of the park’s service guide.', zh: '该类别不在园区服务指南的类别之中。' }),
  'calendar-invalid': entry(422, { en: 'Calendar refused', zh: '日历无效' }, { en: 'The calendar cannot be taken: {reason}.', zh: '日历内容无效：{reason}。' }),
  'working-hours-invalid': entry(422, { en: 'Working hours refused', zh: '工作时间无效' }, { en: 'Windows are HH:MM, each ends after it begins, in order and apart.', zh: '时段须为 HH:MM，先后有序且互不重叠。' }),
  'idempotency-key-reused': entry(422, { en: 'Key used for something else', zh: '幂等键已用于其他请求' }, { en: 'This Idempotency-Key came before with other content; take a new one.', zh: '该 Idempotency-Key 已用于不同内容的请求，请换用新的键。' }),
  'rule-refused': entry(422, { en: 'Refused by a rule', zh: '不符合规则' }, { en: 'A rule of the ledger refuses this; see errors.', zh: '不符合台账规则，详见 errors。' }),
  'if-match-required': entry(428, { en: 'If-Match required', zh: '缺少 If-Match' }, { en: 'Send the ETag that you read as If-Match.', zh: '请以 If-Match 发送您读取到的 ETag。' }),
  'too-many-requests': entry(429, { en: 'Too many requests', zh: '请求过多' }, { en: 'Wait before you try again.', zh: '请稍后重试。' }),
  'headers-too-large': entry(431, { en: 'Headers too large', zh: '请求头过大' }, { en: 'The headers are larger than allowed.', zh: '请求头超过上限。' }),
  'internal': entry(500, { en: 'Internal error', zh: '内部错误' }, { en: 'The fault is ours and was recorded under the request id.', zh: '系统故障，已按请求编号记录。' }),
  'issuer-unavailable': entry(503, { en: 'Issuer does not answer', zh: '身份签发方暂无响应' }, { en: 'The issuer of your token cannot be asked for its keys just now; try again shortly.', zh: '暂时无法从令牌签发方获取公钥，请稍后重试。' }),
  'unavailable': entry(503, { en: 'Unavailable', zh: '暂不可用' }, { en: 'The database is away; try again shortly.', zh: '数据库暂不可用，请稍后重试。' }),
} as const satisfies Record<string, CatalogueEntry>;

export type ProblemCode = keyof typeof PROBLEMS;
