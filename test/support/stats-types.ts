import { COUNTER_LIST, type Counter } from '../../lib/telemetry/counters.js';
import { comment } from './doc-comment.js';

/** lib/telemetry/stats.ts: what `stats` hold, as interfaces made from the catalogue of counters. `npm run readme` writes it. */
export function freshStatsTypes(): string {
  const interfaces = INTERFACES.map(({ of, head, about, more = '' }) => {
    const members = COUNTER_LIST.filter(([, counter]) => counter.of === of).map(
      ([name, counter]) => `${comment(counter.help.split(' '), '  ')}\n  ${memberOf(name, counter)}\n`,
    );
    return `/** ${about} */\nexport interface ${head} {\n${members.join('')}${more}}\n`;
  });
  return `// Made from the catalogue of counters by \`npm run readme\`: change that.\n\n${interfaces.join('\n')}`;
}

/** As Biome would write it. */
function memberOf(name: string, counter: Counter): string {
  const type = typeOf(counter);
  const line = `readonly ${name}: ${type};`;
  return line.length <= 118 ? line : `readonly ${name}:\n    | ${type.replaceAll(' | ', '\n    | ')};`;
}

function typeOf({ unit, words, isOptional }: Counter): string {
  const type = words?.map((word) => `'${word}'`).join(' | ') ?? (unit === 'yes or no' ? 'boolean' : 'number');
  return `${type}${isOptional === true ? ' | undefined' : ''}`;
}

const INTERFACES: readonly {
  readonly of: Counter['of'];
  readonly head: string;
  readonly about: string;
  readonly more?: string;
}[] = [
  {
    of: 'connection',
    head: 'ConnectionStats',
    about: "A snapshot of a run's counters.",
    more: "  /** What the feed's own numbers came to, with `sequence`. */\n  readonly sequence: SequenceStats | undefined;\n",
  },
  { of: 'sequence', head: 'SequenceStats', about: "What a feed's numbers came to." },
  { of: 'source', head: 'SourceStats extends ConnectionStats', about: "A snapshot of a source's newest run." },
  { of: 'command', head: 'CommandStats', about: 'What the command measures of a run while it lasts.' },
];
