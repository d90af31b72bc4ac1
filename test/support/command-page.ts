import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FINDINGS } from '../../lib/audit/finding.js';
import { COUNTER_LIST, type Counter, type CounterName } from '../../lib/telemetry/counters.js';
import { isIn, keyIn } from '../../lib/telemetry/readings.js';
import { between, ROOT, withExamples } from './readme.js';

/** The page on the command with its tables of counters and of findings made from their catalogues. `npm run readme` writes it. */
export function freshCommandPage(): string {
  const text = readFileSync(join(ROOT, 'docs/command.md'), 'utf8');
  return withExamples(between(between(text, 'counters', counterTable()), 'findings', findingTable()));
}

function counterTable(): string {
  const rows = COUNTER_LIST.map(([name, counter]) => {
    const { kind, unit, help } = counter;
    return `| ${[inStats(name, counter), inJson(name, counter), kind, unit, help].join(' | ')} |`;
  });
  return ['| `stats` | `--json` | kind | unit | what it is |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

function findingTable(): string {
  const rows = Object.entries(FINDINGS).map(([kind, meaning]) => `| \`${kind}\` | ${meaning} |`);
  return ['| kind | what it means |', '| --- | --- |', ...rows].join('\n');
}

function inStats(name: CounterName, { of }: Counter): string {
  if (of === 'command') return 'none';
  return of === 'sequence' ? `\`sequence.${name}\`` : `\`${name}\``;
}

function inJson(name: CounterName, counter: Counter): string {
  if (!isIn('progress', counter)) return 'none';
  const { summaryKey } = counter;
  const key = `\`${keyIn('progress', name, counter)}\``;
  return summaryKey === undefined ? key : `${key}, in the summary \`${summaryKey}\``;
}
