import { applyDecorators, Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../kernel/actor';
import type { ProblemCode } from '../kernel/problem-catalogue';
import { Call, IdParam, TakesIfMatch } from '../platform/http/call';
import { type Answers, Answering } from '../platform/http/idempotency/answers';
import { CurrentActor, GivenVersion, IdPipe, NoBody } from '../platform/http/request';
import { LIFECYCLE, type Step } from './domain/lifecycle';
import {
  AcknowledgeExplanation, AnswerTicket, AssignTicket, ConfirmTicket, DecideExtension, DeferTicket, EscalateTicket, ExplainTicket, MergeTicket,
  NameLead, OrderHandler, ReassignTicket, RecategoriseTicket, ReceiveMaterial, RecordCall, RemindHandler, ReopenTicket, RequestExtension, RequestMaterial, ResolveTicket, WithReason, WithdrawTicket, type StepBodies,
} from './ticket-steps.dto';
import { TicketSteps } from './ticket-steps.service';
import { ticketFor, TicketResponse } from './tickets.dto';
import { TicketsService } from './tickets.service';

/** The route of a step, described by the table of steps. */
function StepRoute(step: Step, problems: readonly ProblemCode[] = []): MethodDecorator {
  const { from, by, to, starts, stops, rest, en, zh } = LIFECYCLE[step];
  const words = (list: readonly string[]): string => list.map((word) => `\`${word}\``).join(', ');
  const clocks = [
    starts.length === 0 ? '' : ` May start the clocks ${words(starts)}.`, stops.length === 0 ? '' : ` Stops ${typeof stops === 'string' ? stops : words(stops)}.`, rest === undefined ? '' : ` The rest of \`resolve\` ${rest}.`,
  ].join('');
  return applyDecorators(
    Post(`:id/${step}`), HttpCode(200), IdParam('ticket'), TakesIfMatch(),
    Call({
      id: `${step.replace(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase())}Ticket`, once: true, summary: en, zh, answers: { type: TicketResponse }, problems: ['step-not-open', 'stale', ...problems],
      description: `From ${words(from)}; by ${words(by)}; leads to ${words(to)}.${clocks} Answers with the ticket as it then is.`,
    }),
  );
}

/** The steps of a ticket's life, one route each. Who may take one from where stands in the table of steps. */
@ApiTags('Tickets')
@Controller('tickets')
export class TicketStepsController {
  constructor(private readonly steps: TicketSteps, private readonly tickets: TicketsService) {}

  @StepRoute('assign', ['reference-unknown', 'cadre-inactive', 'role-missing', 'handler-recused'])
  async assign(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: AssignTicket, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'assign', body, version, answers);
  }

  @StepRoute('accept')
  async accept(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @NoBody() _body: undefined, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'accept', {}, version, answers);
  }

  @StepRoute('return')
  async giveBack(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: WithReason, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'return', body, version, answers);
  }

  @StepRoute('reassign', ['reference-unknown', 'cadre-inactive', 'role-missing', 'handler-recused'])
  async reassign(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: ReassignTicket, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'reassign', body, version, answers);
  }

  @StepRoute('answer', ['not-in-future', 'reply-after-outcome'])
  async answer(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: AnswerTicket, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'answer', body, version, answers);
  }

  @StepRoute('request-material')
  async requestMaterial(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: RequestMaterial, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'request-material', body, version, answers);
  }

  @StepRoute('receive-material', ['reference-unknown'])
  async receiveMaterial(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: ReceiveMaterial, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'receive-material', body, version, answers);
  }

  @StepRoute('explain', ['review-out-of-range'])
  async explain(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: ExplainTicket, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'explain', body, version, answers);
  }

  @StepRoute('acknowledge')
  async acknowledge(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: AcknowledgeExplanation, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'acknowledge', body, version, answers);
  }

  @StepRoute('defer', ['review-out-of-range'])
  async defer(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: DeferTicket, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'defer', body, version, answers);
  }

  @StepRoute('resume')
  async resume(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: WithReason, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'resume', body, version, answers);
  }

  @StepRoute('resolve', ['final-answer-missing', 'outcome-needs'])
  async resolve(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: ResolveTicket, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'resolve', body, version, answers);
  }

  @StepRoute('confirm')
  async confirm(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: ConfirmTicket, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'confirm', body, version, answers);
  }

  @StepRoute('reopen', ['reason-required'])
  async reopen(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: ReopenTicket, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'reopen', body, version, answers);
  }

  @StepRoute('withdraw')
  async withdraw(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: WithdrawTicket, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'withdraw', body, version, answers);
  }

  @StepRoute('merge', ['reference-unknown', 'merge-unfit'])
  async merge(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: MergeTicket, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'merge', body, version, answers);
  }

  @StepRoute('record-call', ['rule-refused'])
  async recordCall(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: RecordCall, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'record-call', body, version, answers);
  }

  @StepRoute('recategorise', ['category-unknown', 'reference-unknown'])
  async recategorise(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: RecategoriseTicket, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'recategorise', body, version, answers);
  }

  @StepRoute('request-extension', ['extension-unit'])
  async requestExtension(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: RequestExtension, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'request-extension', body, version, answers);
  }

  @StepRoute('decide-extension')
  async decideExtension(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: DecideExtension, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'decide-extension', body, version, answers);
  }

  @StepRoute('escalate', ['level-not-higher'])
  async escalate(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: EscalateTicket, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'escalate', body, version, answers);
  }

  @StepRoute('name-lead', ['reference-unknown', 'cadre-inactive', 'role-missing', 'handler-recused'])
  async nameLead(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: NameLead, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'name-lead', body, version, answers);
  }

  @StepRoute('remind')
  async remind(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: RemindHandler, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'remind', body, version, answers);
  }

  @StepRoute('order', ['not-in-future'])
  async order(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: OrderHandler, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'order', body, version, answers);
  }

  @StepRoute('set-aside-grade')
  async setAsideGrade(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @GivenVersion() version: number | undefined, @Body() body: WithReason, @Answering() answers: Answers): Promise<string> {
    return this.#take(actor, id, 'set-aside-grade', body, version, answers);
  }

  async #take<S extends Step>(actor: Actor, id: string, step: S, body: StepBodies[S], version: number | undefined, answers: Answers): Promise<string> {
    return answers.done(async (once) => this.steps.take(actor, id, step, body, version, once), ticketFor(actor), async (kept) => this.tickets.get(actor, kept.id));
  }
}
