import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sentenceOf as termSentence } from '../../lib/config/faucet/terms.js';
import { faucetTerms } from '../../lib/feed/faucet-terms.js';
import type { FaucetRow } from '../faucet/row.js';
import { FAUCET_ROWS } from '../faucet/rows/index.js';
import { between, ROOT } from './readme.js';

/** The page on pipeline files of faucet, its tables made from the golden files. `npm run readme` writes it. */
export function freshFaucetPage(): string {
  const page = readFileSync(join(ROOT, 'docs/faucet.md'), 'utf8');
  const tables = Object.entries(FAUCET_ROWS).map(([part, rows]) => `## ${part}\n\n${table(rows)}`);
  return between(page, 'faucet', [...tables, `## Refused, or without effect\n\n${termTable()}`].join('\n\n'));
}

function table(rows: readonly FaucetRow[]): string {
  const lines = rows.map(
    (row) => `| ${[row.construct, here(row)].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  );
  return ['| in the file | here |', '| --- | --- |', ...lines].join('\n');
}

/** The keys and words that are known and not understood, each with all the places where that is said. */
function termTable(): string {
  const places = new Map<string, string[]>();
  const add = (sentence: string, place: string) => places.set(sentence, [...(places.get(sentence) ?? []), place]);
  for (const { at, sink, keys = {}, words = {} } of faucetTerms) {
    const of = sink === undefined ? '' : ` of a \`${sink}\` sink`;
    for (const [key, term] of Object.entries(keys)) add(termSentence(key, term), `\`${[...at, key].join('.')}\`${of}`);
    for (const [word, term] of Object.entries(words))
      add(termSentence(word, term), `\`${at.join('.')}: ${word}\`${of}`);
  }
  const lines = [...places].map(([sentence, of]) => `| ${of.join(', ')} | ${sentence.replaceAll('|', '\\|')} |`);
  return ['| in the file | what is said |', '| --- | --- |', ...lines].join('\n');
}

function here({ validate, original }: FaucetRow): string {
  const [verdict, ...notes] = validate.split('\n');
  if (verdict !== 'valid') return `refused: ${sentenceOf(verdict!)}`;
  const works = original === 'same' ? 'works' : `works: ${original}`;
  return notes.length === 0 ? works : `${works}; a note says: ${notes.map(sentenceOf).join(' ')}`;
}

/** A problem without its place in the file. */
function sentenceOf(problem: string): string {
  return problem.replace(/^(note: )?\d+:\d+: (\S+: )?/, '');
}
