import type { Sample } from './load';
import { aboutMachine, type Machine, median, spread } from './report';

/** The least part of the requests without checks that is asked of those with them. */
export const ASKED = 0.85;

export interface Round {
  readonly guarded: Sample;
  readonly open: Sample;
}

export interface Story {
  readonly title: string;
  /** Whether the ratio is asked of it; otherwise it is told. */
  readonly asked: boolean;
  readonly rounds: readonly Round[];
}

interface Measured extends Pick<Machine, 'at' | 'postgres'> {
  readonly rounds: number;
  readonly seconds: number;
  readonly settling: number;
}

/** The page on what authentication and access checks cost, whole. */
export function accessDocument(measured: Measured, stories: readonly Story[]): string {
  const { rounds, seconds, settling } = measured;
  return [
    '# What authentication and access checks cost', '',
    '`npm run bench:access` measures and writes this page. It asks for the overdue list of a park, first page, of the application as an installation starts it, and of the same application in which nobody’s token is',
    'looked at, nobody is looked up and no table of routes is asked: who calls stands in a header there. Limits, cursors, the scope of each query and row-level security are the same on both sides, and so are the answers.', '',
    ...aboutMachine(measured), '',
    `Medians of ${rounds} rounds, in brackets the least and the most. In a round both sides are measured one right after the other, ${seconds} s each after ${settling} s of the same load that do not count, and who goes first`,
    `changes. The ratio is formed within a round; asked are ${ASKED} or more. Requests with tokens that are new are sent once each, 6,000 in a round: that many people never come at once, and it shows what a signature costs.`, '',
    '| | ratio | requests/s with checks | without | p50 with, ms | without | p99 with, ms | without | CPU of the server with, ms | without |', '|---|---|---|---|---|---|---|---|---|---|',
    ...stories.map(toRow), '',
  ].join('\n');
}

function toRow({ title, asked, rounds }: Story): string {
  const of = (pick: (sample: Sample) => number, digits: number): string[] => [rounds.map(({ guarded }) => pick(guarded)), rounds.map(({ open }) => pick(open))].map((values) => median(values).toFixed(digits));
  const cells = [
    `${asked ? '**' : ''}${spread(rounds.map(({ guarded, open }) => guarded.perSecond / open.perSecond), 2)}${asked ? '**' : ''}`,
    ...of(({ perSecond }) => perSecond, 0), ...of(({ p50 }) => p50, 2), ...of(({ p99 }) => p99, 2), ...of(({ serverCpu }) => serverCpu, 2),
  ];
  return `| ${title} | ${cells.join(' | ')} |`;
}
