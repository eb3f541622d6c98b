import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../kernel/actor';
import { Call, IdParam } from '../../platform/http/call';
import { type Answers, Answering } from '../../platform/http/idempotency/answers';
import { mapPage, type Page } from '../../platform/http/page';
import { CurrentActor, IdPipe } from '../../platform/http/request';
import { CallsService } from '../calls.service';
import { CallsQuery, DueCallResponse, NewReminderBody, ReminderResponse, RemindersQuery, ReplyToReminder, toDueCallResponse, toReminderResponse } from './reminders.dto';
import { RemindersService } from './reminders.service';

@ApiTags('Supervision')
@Controller('supervision')
export class RemindersController {
  constructor(private readonly reminders: RemindersService, private readonly calls: CallsService) {}

  @Get('reminders')
  @Call({ id: 'listReminders', summary: 'Reminders and orders', zh: '催办督办', description: 'The newest first. Who oversees sees the park’s, everybody else what was sent to them.', answers: { type: ReminderResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: RemindersQuery): Promise<Page<ReminderResponse>> {
    return mapPage(await this.reminders.list(actor, query), toReminderResponse);
  }

  @Post('reminders')
  @Call({ id: 'issueReminder', once: true, summary: 'Remind, or order with a deadline', zh: '催办、督办', description: 'About a ticket it takes the step `remind`, or with `dueOn` the step `order`. About an assignment there must be a visit that is overdue; it is sent to who owes it.', answers: { type: ReminderResponse, status: 201 }, problems: ['step-not-open', 'reference-unknown', 'visit-not-overdue', 'not-in-future'] })
  async issue(@CurrentActor() actor: Actor, @Body() body: NewReminderBody, @Answering() answers: Answers): Promise<string> {
    return answers.added(async (once) => this.reminders.issue(actor, body, once), toReminderResponse, async (kept) => this.reminders.require(actor, kept.id));
  }

  @Post('reminders/:id/reply')
  @HttpCode(200)
  @IdParam('reminder')
  @Call({ id: 'replyToReminder', once: true, summary: 'Answer a reminder', zh: '回复催办督办', description: 'Once, by whom it was sent to; for the department that assigns, any supervisor.', answers: { type: ReminderResponse }, problems: ['reminder-answered'] })
  async reply(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() body: ReplyToReminder, @Answering() answers: Answers): Promise<string> {
    return answers.done(async (once) => this.reminders.reply(actor, id, body.text, once), toReminderResponse, async (kept) => this.reminders.require(actor, kept.id));
  }

  @Get('calls')
  @Call({ id: 'listDueCalls', summary: 'Calls that are due', zh: '待回访清单', description: 'By deadline. Of the tickets that you may see, without those that you handle and those whose withdrawal you have recorded: others call there.', answers: { type: DueCallResponse, list: true }, problems: ['cursor-invalid', 'park-required'] })
  async due(@CurrentActor() actor: Actor, @Query() query: CallsQuery): Promise<Page<DueCallResponse>> {
    return mapPage(await this.calls.list(actor, query), toDueCallResponse);
  }
}
