import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { LinkPurpose } from '../domain/enterprise-link';

/**
 * What an enterprise answers through, once: a question that an event of a ticket has put to it. Of the token there is only the hash, and of a link that
 * was never sent not even that.
 */
@Entity('enterprise_link')
@ForeignKey('TicketEvent', ['parkId', 'ticketId', 'eventNo'], ['parkId', 'ticketId', 'no'], { name: 'enterprise_link_about_event' })
@Unique('enterprise_link_row_in_park', ['parkId', 'id'])
@Unique('enterprise_link_token_once', ['tokenHash'])
@Check('enterprise_link_token_hashed', 'octet_length(token_hash) = 32')
@Check('enterprise_link_opened_by_its_token', 'token_hash IS NOT NULL OR (client_id IS NULL AND delivered_at IS NULL AND used_at IS NULL)')
@Check('enterprise_link_purpose_known', "purpose IN ('acknowledge', 'evaluate', 'question')")
@Check('enterprise_link_to_contact_or_client', 'num_nonnulls(contact_id, client_id) = 1')
@Check('enterprise_link_expires_later', 'expires_at > created_at')
@Check('enterprise_link_ends_once', 'num_nonnulls(used_at, superseded_at) <= 1')
@Index('enterprise_link_by_ticket', ['parkId', 'ticketId', 'eventNo'])
@Index('enterprise_link_one_answer', ['parkId', 'ticketId', 'eventNo'], { unique: true, where: 'used_at IS NOT NULL' })
export class EnterpriseLink {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'enterprise_link_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') ticketId: string;
  /** The event that asks: the explanation, the outcome, the question. */
  @Column('integer') eventNo: number;
  @Column('text') purpose: LinkPurpose;
  /** To whom it goes. No key refers to contacts: they may be deleted. */
  @Column('uuid', { nullable: true }) contactId: string | null;
  /** Who passes it on instead. */
  @Column('text', { nullable: true }) clientId: string | null;
  /** SHA-256; null until it is sent for the first time. */
  @Column('bytea', { nullable: true }) tokenHash: Buffer | null;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') expiresAt: Date;
  @Column('timestamptz', { nullable: true }) deliveredAt: Date | null;
  @Column('timestamptz', { nullable: true }) usedAt: Date | null;
  /** When the ticket went on without it. */
  @Column('timestamptz', { nullable: true }) supersededAt: Date | null;
}

/** The outbox: a link on its way to a contact. A process that takes it puts its next try off for as long as sending may last, so that a killed one's is taken up. */
@Entity('link_delivery')
@ForeignKey('EnterpriseLink', ['parkId', 'linkId'], ['parkId', 'id'], { name: 'link_delivery_of_link' })
@Check('link_delivery_ends_one_way', 'num_nonnulls(next_try_at, delivered_at, given_up_at) = 1')
@Check('link_delivery_error_is_a_code', "last_error ~ '^[a-z0-9-]{1,40}$'")
@Check('link_delivery_attempts_count', 'attempts >= 0')
@Index('link_delivery_by_try', ['nextTryAt'], { where: 'next_try_at IS NOT NULL' })
export class LinkDelivery {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'link_delivery_pkey' }) parkId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'link_delivery_pkey' }) linkId: string;
  /** How often an answer came. */
  @Column('integer') attempts: number;
  /** Null once a gateway has it, or it was given up. */
  @Column('timestamptz', { nullable: true }) nextTryAt: Date | null;
  /** A code; never what a gateway has said. */
  @Column('text', { nullable: true }) lastError: string | null;
  /** When a gateway took it; whether it has reached anybody, the link says. */
  @Column('timestamptz', { nullable: true }) deliveredAt: Date | null;
  @Column('timestamptz', { nullable: true }) givenUpAt: Date | null;
}
