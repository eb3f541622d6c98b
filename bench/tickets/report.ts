import type { Sample } from '../load';
import type { PagePlan } from '../plans';
import { aboutCells, aboutGrowth, aboutMachine, aboutPlans, count, type Measured } from '../report';
import { PARK, type Size, SIZES } from '../sizes';
import { TICKETS } from './lives';

export type TicketOperation = 'unresolved' | 'timeline' | 'register' | 'register in one park' | 'answer';
export type TicketCell = Measured<TicketOperation>;

export interface TicketFindings {
  readonly size: Size;
  readonly cells: readonly TicketCell[];
  readonly plans: readonly PagePlan[];
}

export interface TicketGrowth {
  readonly operation: TicketOperation;
  readonly rounds: readonly { readonly small: Sample; readonly large: Sample }[];
}

export interface TicketMachine {
  readonly at: string;
  readonly postgres: string;
  readonly rounds: number;
  readonly seconds: number;
}

const TITLES: Readonly<Record<TicketOperation, string>> = {
  'unresolved': 'Unresolved tickets of a park, first page (50 of 80 rows)',
  'timeline': 'One ticket with its timeline: events, clocks, sessions',
  'register': 'One ticket registered, in any park',
  'register in one park': 'One ticket registered, all in one park: each waits for the number of the one before it',
  'answer': 'One step: an interim answer by the handler',
};

/** docs/performance-tickets.md, whole. */
export function ticketDocument(machine: TicketMachine, findings: readonly TicketFindings[], growth: readonly TicketGrowth[]): string {
  const row = ({ name, parks }: Size): string => `| ${name} | ${count(parks)} | ${count(parks * TICKETS.all)} | ${count(parks * TICKETS.open)} | ${count(parks * PARK.enterprises)} |`;
  return [
    '# Performance of tickets', '',
    '`npm run bench:tickets` measures and writes this page, as `npm run bench` does [that of visits](performance.md): the application beside a *yardstick*, a server written by hand with Fastify and pg that runs',
    'the same statements, prepared by name and pipelined, with no authentication, no scope, no row-level security and no framework. What follows from a ticket’s events both compute by the same rule.', '',
    ...aboutMachine(machine), '',
    '| Size | parks | tickets | open | enterprises |', '|---|---|---|---|---|', row(SIZES.S), row(SIZES.L), '',
    'The application has lived through the tickets of one park, step by step at instants of the past; the other parks are copies of it under ids of their own. The journal is empty at first.', '',
    '## How to read it', '',
    `Each cell is the median of ${machine.rounds} rounds; in brackets the least and the most, which is the noise. In a round both sides are measured one right after the other, reads ${machine.seconds} s each after ${machine.seconds} s of the`,
    'same load that do not count, writes by number, and who goes first changes. A *ratio* is formed within a round. Ratios of requests per second above 1 and of latencies below 1 mean that the application is faster.',
    ...findings.flatMap((one) => ['', ...aboutCells(one, TITLES)]),
    ...(growth.length === 0 ? [] : ['', ...aboutGrowth(growth, TITLES)]),
    ...findings.slice(-1).flatMap((one) => ['', ...aboutPlans(one)]), '',
  ].join('\n');
}
