import { Assignment } from './assignments/assignment.entity';
import { DutyWatch } from './assignments/duty-watch.entity';
import { Lapse } from './assignments/lapse.entity';
import { Cadre } from './cadres/cadre.entity';
import { CadreLeave } from './cadres/cadre-leave.entity';
import { EnterpriseContact } from './enterprises/enterprise-contact.entity';
import { EnterpriseStatusChange } from './enterprises/enterprise-status.entity';
import { Enterprise } from './enterprises/enterprise.entity';
import { GuideItem, GuideItemVersion } from './guide/guide-item.entity';
import { MachineClient, MachineClientPark, MachineClientSecret } from './identity/clients/machine-client.entity';
import { Account, AccountCredential, SignInFailure, SignInNote } from './identity/accounts/account.entity';
import { OidcKey, OidcPayload } from './identity/provider/oidc.entity';
import { IntegrityDeclaration, IntegrityRecusal } from './integrity/conflict.entity';
import { IntegrityEntry, IntegrityHead } from './integrity/integrity-chain.entity';
import { IntegrityFile, IntegrityMessage, IntegrityNamed, IntegrityReport, IntegrityReporter } from './integrity/report.entity';
import { CalendarYearVersion } from './parks/calendar-year.entity';
import { Department } from './parks/department.entity';
import { Park } from './parks/park.entity';
import { ParkPolicy, WorkingHoursVersion } from './parks/park-settings.entity';
import { ClientMadeId } from './platform/db/client-made-id.entity';
import type { EntityClass } from './platform/db/data-source';
import { KeptAnswer } from './platform/http/idempotency/kept-answer.entity';
import { RateWindow } from './platform/http/limits/rate-window.entity';
import { JobRound } from './platform/jobs/job-round.entity';
import { AccessLogEntry } from './platform/journal/access-log.entity';
import { JournalEntry } from './platform/journal/journal-entry.entity';
import { JournalHead } from './platform/journal/journal-head.entity';
import { JournalVerification } from './platform/journal/journal-verification.entity';
import { FollowUp, LinkageParticipant, LinkageSession } from './tickets/linkages/linkage-session.entity';
import { Linkage, LinkageDepartment, LinkageMember, LinkageReply } from './tickets/linkages/linkage.entity';
import { Matter, MatterNote, MatterTicket } from './tickets/matters/matter.entity';
import { Reminder } from './tickets/reminders/reminder.entity';
import { EnterpriseLink, LinkDelivery } from './tickets/links/enterprise-link.entity';
import { TicketClock } from './tickets/ticket-clock.entity';
import { TicketEvent } from './tickets/ticket-event.entity';
import { Ticket, TicketCollaborator, TicketNumber } from './tickets/ticket.entity';
import { PlannedVisitMember } from './visits/planned-visit-member.entity';
import { PlannedVisit } from './visits/planned-visit.entity';
import { VisitAmendment } from './visits/visit-amendment.entity';
import { VisitParticipant } from './visits/visit-participant.entity';
import { Visit } from './visits/visit.entity';

/** Every table that is written through entities, listed one by one: no globs. */
export const ENTITIES: readonly EntityClass[] = [
  Park, ParkPolicy, WorkingHoursVersion, Department, CalendarYearVersion, Enterprise, EnterpriseContact, EnterpriseStatusChange, Cadre, CadreLeave, Assignment, DutyWatch, Lapse,
  Visit, VisitParticipant, VisitAmendment, PlannedVisit, PlannedVisitMember, GuideItem, GuideItemVersion, Ticket, TicketNumber,
  TicketCollaborator, TicketEvent, TicketClock, EnterpriseLink, LinkDelivery, Linkage, LinkageMember, LinkageDepartment, LinkageReply, LinkageSession, LinkageParticipant, FollowUp,
  Reminder, Matter, MatterTicket, MatterNote, IntegrityReport, IntegrityReporter, IntegrityNamed, IntegrityFile, IntegrityMessage, IntegrityDeclaration, IntegrityRecusal, IntegrityEntry, IntegrityHead,
  MachineClient, MachineClientPark, MachineClientSecret, JournalEntry, JournalHead, JournalVerification, AccessLogEntry, ClientMadeId, KeptAnswer, RateWindow, JobRound,
  Account, AccountCredential, SignInFailure, SignInNote, OidcPayload, OidcKey,
];
