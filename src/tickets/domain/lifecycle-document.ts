import { LIFECYCLE, lifecycleDiagram, STEPS } from './lifecycle';

/** The parts of docs/tickets.md that the table of steps makes: the diagram of states, and what each step is. */
export function lifecycleDocument(): string {
  return `\`\`\`mermaid\n${lifecycleDiagram()}\n\`\`\`\n\n${stepTable()}`;
}

function stepTable(): string {
  const words = (list: readonly string[]): string => (list.length === 0 ? '–' : list.map((word) => `\`${word}\``).join(', '));
  const rows = STEPS.map((step) => {
    const { from, by, to, starts, stops, rest, entry, en, zh } = LIFECYCLE[step];
    const rests = rest === undefined ? '' : `; the rest of \`resolve\` ${rest}`;
    return `| \`${step}\` | ${en}<br>${zh} | ${words(from)} | ${words(by)} | ${words(to)} | ${words(starts)} | ${typeof stops === 'string' ? stops : words(stops)}${rests} | \`${entry}\` |`;
  });
  return ['| step | what | from | by | to | may start | may stop | journal |', '|---|---|---|---|---|---|---|---|', ...rows].join('\n');
}
