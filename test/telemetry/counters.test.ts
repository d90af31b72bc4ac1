import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createReporter } from '../../lib/cli/report/create-reporter.js';
import { JSON_HELP } from '../../lib/cli/report/report-options.js';
import type { Progress, Summary } from '../../lib/cli/report/reporter.js';
import { Output } from '../../lib/cli/terminal/output.js';
import { createSource, type SourceConfig } from '../../lib/index.js';
import { COUNTER_LIST, COUNTERS, type CounterName } from '../../lib/telemetry/counters.js';
import { keyIn, keysOf, NO_STATS } from '../../lib/telemetry/readings.js';
import type { CommandStats, SequenceStats, SourceStats } from '../../lib/telemetry/stats.js';
import { jsonLines } from '../cli/cli.js';
import { FakeTerminal } from '../cli/fake-terminal.js';
import { PAGES, pageAt } from '../support/pages.js';
import { ROOT } from '../support/readme.js';
import { freshStatsTypes } from '../support/stats-types.js';

/** Every counter that is a plain number, with a number that no other has. */
const numbers = new Map(
  COUNTER_LIST.filter(([, { unit }]) => unit !== 'word' && unit !== 'yes or no').map(([name], index) => [
    name,
    7_001 + index,
  ]),
);
const stats: SourceStats = {
  ...NO_STATS,
  ...(numbersOf('connection') as Partial<SourceStats>),
  ...(numbersOf('source') as Partial<SourceStats>),
  state: 'open',
  sequence: numbersOf('sequence') as unknown as SequenceStats,
};
const progress: Progress = { ...(numbersOf('command') as unknown as CommandStats), stats };
const summary: Summary = {
  ended: 'stopped',
  signal: undefined,
  errorCode: undefined,
  records: 1,
  stats,
  elapsedMs: progress.elapsedMs,
  target: 'out.jsonl',
};

describe('the catalogue of counters', () => {
  it('is what the interfaces of `stats` are made of', () => {
    const file = readFileSync(join(ROOT, 'lib/telemetry/stats.ts'), 'utf8');
    assert.equal(file, freshStatsTypes(), 'Run `npm run readme`.');
  });

  it('is what a source counts, before its first run and in both arrangements', () => {
    const config: SourceConfig = { url: 'ws://127.0.0.1:9', idle_timeout: 1, sequence: { path: 'n' } };
    const expected = [...namesOf('connection'), ...namesOf('source'), 'sequence'].sort();
    const source = createSource(config);
    assert.deepEqual(Object.keys(source.stats).sort(), expected);
    for (const begin of [() => [source.pages()], () => source.stages()]) {
      const streams = begin();
      assert.deepEqual(Object.keys(source.stats).sort(), expected);
      assert.deepEqual(Object.keys(source.stats.sequence!).sort(), namesOf('sequence').sort());
      const { state, sequence: _, ...others } = source.stats;
      assert.deepEqual([state, ...new Set(Object.values(others))], ['idle', 0, false, undefined]);
      for (const stream of streams) stream.destroy();
    }
  });

  it('lets nobody forget one in `stats`', () => {
    const { gaps: _, ...lacking } = NO_STATS;
    // @ts-expect-error `gaps` lacks
    const made: SourceStats = lacking;
    assert.ok(!('gaps' in made));
  });

  for (const [name, counter] of COUNTER_LIST) {
    const key = keyIn('progress', name, counter);
    if ('isNotInJson' in counter) {
      it(`keeps ${name} out of \`--json\` and its help`, () => {
        assert.ok(!keysOf('progress').includes(key) && !keysOf('summary').includes(key));
      });
      continue;
    }

    it(`has ${name} in the line of progress of \`--json\`, and in the help of it`, () => {
      const { terminal, reporter } = reporting({ json: true });
      reporter.progress(progress);
      const expected = numbers.get(name) ?? (name === 'state' ? 'open' : false);
      assert.equal(jsonLines(terminal.text)[0]![key], expected);
      const [help] = / {2}progress [\s\S]*(?=\n {2}event)/.exec(JSON_HELP)!;
      assert.match(help, new RegExp(`[ ]${key}\\b`));
    });

    it(`has ${name} ${counter.kind === 'counter' ? '' : 'not '}in the summary of \`--json\``, () => {
      const { terminal, reporter } = reporting({ json: true });
      reporter.summary(summary);
      const line = jsonLines(terminal.text)[0]!;
      const summaryKey = keyIn('summary', name, counter);
      if (counter.kind === 'counter') assert.equal(line[summaryKey], numbers.get(name));
      else assert.ok(!(summaryKey in line));
    });
  }

  for (const [name, { told }] of COUNTER_LIST) {
    if (told === undefined) continue;
    it(`tells people ${name}, ${Object.keys(told).join(', ')}`, () => {
      const inText = told.as === undefined ? '7.0 kB' : shown(numbers.get(name)!);
      const { terminal, reporter } = reporting();
      reporter.progress(progress);
      // What is received by now is told in any case.
      if (name !== 'bytes')
        assert.equal(terminal.text.includes(` · ${inText} `), told.inProgress === true, terminal.text);
      const { terminal: screen, reporter: telling } = reporting();
      telling.summary(summary);
      const heading = told.inSummary && `${told.inSummary[0]!.toUpperCase()}${told.inSummary.slice(1)}: `;
      const line = screen.text
        .split('\n')
        .find((text) => text.split(/: +|, /).some((part) => `${part} `.startsWith(`${inText} `)));
      if (heading !== undefined) assert.ok(line?.startsWith(heading), screen.text);
    });
  }

  it('tells people nothing of what is 0, but what they would miss', () => {
    const { terminal, reporter } = reporting();
    reporter.progress({ ...progress, stats: NO_STATS });
    reporter.summary({ ...summary, stats: NO_STATS });
    assert.match(terminal.text, /^Progress: 0 records \S+ · starting · 0 B · last frame [\d.]+ s ago · 7\.0 s$/m);
    assert.match(terminal.text, /^Records: {2}1 safely written \(0\/s\), 0 skipped$/m);
    assert.match(terminal.text, /^Received: 0 frames, 0 B, 0 reconnects$/m);
    assert.match(terminal.text, /^Gaps: {5}none$/m);
  });

  it('says of what the help of the summary leaves out where it stands', () => {
    const [, from, to] = /keys of progress from (\w+) to (\w+)/.exec(JSON_HELP.replaceAll(/\s+/g, ' '))!;
    const [inProgress, inSummary] = [keysOf('progress'), keysOf('summary')];
    const range = inProgress.slice(inProgress.indexOf(from!), inProgress.indexOf(to!) + 1);
    const [help] = / {2}summary [\s\S]*(?=\n {2}error)/.exec(JSON_HELP)!;
    const named = inSummary.filter((key) => range.includes(key) || new RegExp(`\\b${key}\\b`).test(help));
    assert.deepEqual(named, inSummary);
    assert.ok(range.every((key) => inSummary.includes(key)));
  });

  it('has all that pages name as `stats.…`', () => {
    const named = PAGES.flatMap((path) =>
      [...pageAt(path).matchAll(/(?<!\bsink\.)\bstats\.(?!json\b)(\w+)/g)].map((match) => match[1]!),
    );
    assert.ok(named.length > 5);
    for (const name of named) assert.ok(OTHERS.has(name) || Object.hasOwn(COUNTERS, name), name);
  });
});

/** What is no counter of a run: what is known of each sequence, and what `merge()` counts. */
const OTHERS = new Set(['sequence', 'late', 'inputs']);

function reporting(options: { readonly json?: boolean } = {}) {
  const terminal = new FakeTerminal(400);
  terminal.isTTY = false;
  return { terminal, reporter: createReporter(new Output(terminal), options) };
}

function namesOf(owner: string): string[] {
  return COUNTER_LIST.filter(([, { of }]) => of === owner).map(([name]) => name);
}

function numbersOf(owner: string): Record<string, number> {
  return Object.fromEntries(
    namesOf(owner).flatMap((name) => {
      const number = numbers.get(name as CounterName);
      return number === undefined ? [] : [[name, number]];
    }),
  );
}

function shown(count: number): string {
  return count.toLocaleString('en-US');
}
