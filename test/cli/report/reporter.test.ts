import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createReporter } from '../../../lib/cli/report/create-reporter.js';
import { ProgressTicker } from '../../../lib/cli/report/progress-ticker.js';
import type { Progress, Reporter, ReportOptions, Summary } from '../../../lib/cli/report/reporter.js';
import { Output } from '../../../lib/cli/terminal/output.js';
import { type Gap, gapRecord } from '../../../lib/frame/gap.js';
import type { FileReport } from '../../../lib/sink/file/live-file.js';
import type { KafkaReport } from '../../../lib/sink/kafka/delivery/report.js';
import { createSource } from '../../../lib/source/source.js';
import { NO_STATS } from '../../../lib/telemetry/readings.js';
import type { SourceStats } from '../../../lib/telemetry/stats.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { jsonLines } from '../cli.js';
import { FakeTerminal } from '../fake-terminal.js';

const stats: SourceStats = {
  ...NO_STATS,
  state: 'open',
  frames: 12_346,
  bytes: 1_500_000,
  connections: 2,
  reconnects: 1,
  records: 12_345,
  skipped: 1,
};
const progress: Progress = {
  elapsedMs: 65_000,
  stats,
  recordsPerSecond: 5_012.4,
  bytesPerSecond: 600_000,
  sinceFrameMs: 3,
};
const summary: Summary = {
  ended: 'failed',
  signal: undefined,
  errorCode: 'ERR_SINK',
  records: 12_000,
  stats: { ...stats, pausedMs: 1_250 },
  elapsedMs: 60_000,
  target: 'out/trades.jsonl',
};

function reporter(options: ReportOptions = {}, isTTY = false) {
  const terminal = new FakeTerminal(200);
  terminal.isTTY = isTTY;
  return { terminal, reporter: createReporter(new Output(terminal), options) };
}

describe('progress in text', () => {
  const line = '12,345 records 5,012/s · open · 1.5 MB · last frame 3 ms ago · 1 skipped · 1 reconnect · 1 min 5 s';

  it('is a line every ten seconds, where standard error is no terminal', () => {
    const { terminal, reporter: text } = reporter();
    assert.equal(text.progressEveryMs, 10_000);
    text.progress(progress);
    assert.equal(terminal.text, `Progress: ${line}\n`);
  });

  it('is drawn four times a second on a terminal', () => {
    const { terminal, reporter: text } = reporter({}, true);
    assert.equal(text.progressEveryMs, 250);
    text.progress(progress);
    assert.equal(terminal.text, `\r${line}\x1b[K`);
  });

  const states: [change: Partial<SourceStats>, shown: string][] = [
    [{ state: 'connecting' }, 'connecting'],
    [{ state: 'waiting' }, 'waiting to reconnect'],
    [{ state: 'ended' }, 'writing what is left'],
    [{ bufferedFrames: 2_000 }, 'open, 2,000 waiting'],
    [{ paused: true, bufferedFrames: 4_000, bufferedBytes: 480_000 }, 'paused for the sink, 4,000 (480.0 kB) waiting'],
  ];
  for (const [change, shown] of states) {
    it(`shows ${JSON.stringify(change)} as "${shown}"`, () => {
      const { terminal, reporter: text } = reporter();
      text.progress({ ...progress, stats: { ...stats, ...change } });
      assert.ok(terminal.text.includes(` · ${shown} · `), terminal.text);
    });
  }

  it('says that no frame came yet', () => {
    const { terminal, reporter: text } = reporter();
    text.progress({ ...progress, sinceFrameMs: undefined });
    assert.match(terminal.text, / · no frame yet · /);
  });
});

describe('progress in JSON', () => {
  it('has the documented keys, and comes every ten seconds, on a terminal too', () => {
    const { terminal, reporter: json } = reporter({ json: true }, true);
    assert.equal(json.progressEveryMs, 10_000);
    json.progress(progress);
    const [{ at, ...facts } = {}] = jsonLines(terminal.text);
    assert.ok(Number.isInteger(at));
    assert.deepEqual(facts, {
      type: 'progress',
      state: 'open',
      records: 12_345,
      skipped: 1,
      dead_letters: 0,
      filtered: 0,
      frames: 12_346,
      bytes: 1_500_000,
      connections: 2,
      reconnects: 1,
      rotations: 0,
      control_frames: 0,
      gaps: 0,
      gap_ms: 0,
      dropped: 0,
      missing: 0,
      duplicates: 0,
      elapsed_ms: 65_000,
      records_per_second: 5_012,
      bytes_per_second: 600_000,
      since_frame_ms: 3,
      paused: false,
      paused_ms: 0,
      buffered_frames: 0,
      buffered_bytes: 0,
    });
  });
});

describe('the summary in text', () => {
  it('tells how many records are safe when a run failed', () => {
    const { terminal, reporter: text } = reporter();
    text.summary(summary);
    assert.equal(
      terminal.text,
      [
        'Ended:    it failed with ERR_SINK.',
        'Records:  12,000 safely written (200/s), 1 skipped, 345 more received and not written',
        'Received: 12,346 frames, 1.5 MB, 1 reconnect',
        'Gaps:     none',
        'Took:     1 min 0 s, 1.3 s of it paused for the sink',
        'Written:  out/trades.jsonl',
        '',
      ].join('\n'),
    );
  });

  const delivery: KafkaReport = {
    acknowledged: 12_000,
    retries: 2,
    diverted: 4,
    skipped: 1,
    undelivered: 40,
    undeliveredRanges: [{ first: 11_990, last: 12_045, records: 40 }],
    newestFrame: 12_045,
    uncertain: 40,
  };

  it('tells of a delivery what is undelivered, and what waited before the sink', () => {
    const { terminal, reporter: text } = reporter();
    text.summary({ ...summary, delivery });
    assert.match(terminal.text, /^Records: {2}12,000 safely written .*, 340 more received and not written$/m);
    assert.match(
      terminal.text,
      /^Delivery: 12,000 acknowledged, .*, 40 undelivered: frames 11990 to 12045, 300 received and not given to the sink: frames 12046 to 12345$/m,
    );
    const { terminal: json, reporter: toJson } = reporter({ json: true });
    toJson.summary({ ...summary, delivery });
    const [line] = jsonLines(json.text) as [{ delivery: object }];
    assert.deepEqual(line.delivery, {
      acknowledged: 12_000,
      retries: 2,
      diverted: 4,
      skipped: 1,
      undelivered: 40,
      uncertain: 40,
      undelivered_ranges: [{ first: 11_990, last: 12_045, records: 40 }],
      newest_frame: 12_045,
      not_given: { records: 300, first: 12_046, last: 12_345 },
    });
  });

  it('says nothing of what waited before the sink when nothing did', () => {
    const { terminal, reporter: text } = reporter();
    text.summary({ ...summary, records: 12_340, delivery: { ...delivery, acknowledged: 12_340, undelivered: 0 } });
    assert.doesNotMatch(terminal.text, /not given|not written/);
  });

  const files: readonly (readonly [what: string, files: FileReport, lines: readonly string[]])[] = [
    ['in its place', { files: [{ name: 'a', state: 'in_place', records: 12_345 }], gone: 0 }, ['Written:  a']],
    [
      'that was renamed',
      { files: [{ name: 'a.1', state: 'moved', records: 12_345 }], gone: 0 },
      ['Written:  a.1 (it was renamed while it was written to)'],
    ],
    [
      'that was reopened after it was renamed',
      {
        files: [
          { name: 'a.1', state: 'replaced', records: 12_000 },
          { name: 'a', state: 'in_place', records: 345 },
        ],
        gone: 0,
      },
      ['Written:  12,000 records in a.1 (it was renamed while it was written to), 345 records in a'],
    ],
    [
      'that was deleted and made again',
      {
        files: [
          { name: 'a', state: 'deleted', records: 1 },
          { name: 'a', state: 'in_place', records: 12_000 },
        ],
        gone: 345,
      },
      [
        'Written:  a',
        'Gone:     1 record, with a when it was deleted; 344 records, when the file was emptied by somebody else',
      ],
    ],
    [
      'that was deleted at the end',
      { files: [{ name: 'a', state: 'deleted', records: 345 }], gone: 345 },
      [
        'Written:  nothing that is still there; out/trades.jsonl was deleted',
        'Gone:     345 records, with a when it was deleted',
      ],
    ],
    [
      'that was not written to',
      { files: [{ name: 'a', state: 'untouched', records: 0 }], gone: 0 },
      ['Written:  nothing; a is as it was'],
    ],
  ];
  for (const [what, report, lines] of files) {
    it(`tells of a file ${what}`, () => {
      const { terminal, reporter: text } = reporter();
      text.summary({ ...summary, records: summary.stats.records - report.gone, files: report });
      assert.deepEqual(
        terminal.text.split('\n').filter((line) => /^(Written|Gone):/.test(line)),
        lines,
      );
      assert.doesNotMatch(terminal.text, /not written/);
      const { terminal: json, reporter: toJson } = reporter({ json: true });
      toJson.summary({ ...summary, files: report });
      const [line] = jsonLines(json.text) as unknown as [FileReport];
      assert.deepEqual({ files: line.files, gone: line.gone }, report);
    });
  }

  it('tells how many gaps there were, and how long they were in all', () => {
    const { terminal, reporter: text } = reporter();
    text.summary({ ...summary, stats: { ...stats, gaps: 2, gapMs: 65_000 } });
    assert.match(terminal.text, /^Gaps: {5}2, nothing received for 1 min 5 s in all$/m);
    const counts = { missing: 1_200, repeated: 0, backwards: 0, restarts: 0, unnumbered: 0, keys: 1 };
    text.summary({ ...summary, stats: { ...stats, gaps: 1, duplicates: 3, sequence: counts } });
    assert.match(terminal.text, /0 ms in all, 1,200 of the sequence missing, 3 duplicates dropped$/m);
  });
});

describe('text and JSON', () => {
  const counts = { missing: 1_109, repeated: 0, backwards: 0, restarts: 0, unnumbered: 0, keys: 1 };
  const loud: SourceStats = {
    ...{ ...stats, skipped: 1_101, frames: 1_102, controlFrames: 1_103, reconnects: 1_104, rotations: 1_105 },
    ...{ gaps: 1_106, dropped: 1_107, duplicates: 1_108, sequence: counts },
  };
  const numbers = [1_101, 1_102, 1_103, 1_104, 1_105, 1_106, 1_107, 1_108, 1_109];

  it('tell the same counts of a run', () => {
    const { terminal, reporter: text } = reporter();
    text.summary({ ...summary, stats: loud });
    const { terminal: output, reporter: json } = reporter({ json: true });
    json.summary({ ...summary, stats: loud });
    const facts = Object.values(jsonLines(output.text)[0]!);
    for (const number of numbers) {
      assert.ok(terminal.text.includes(number.toLocaleString('en-US')), `${number}: ${terminal.text}`);
      assert.ok(facts.includes(number), `${number}: ${output.text}`);
    }
  });

  it('tell while it runs what is lost, and why', () => {
    const { terminal, reporter: text } = reporter();
    text.progress({ ...progress, stats: loud });
    assert.match(terminal.text, / · 1,105 rotations · 1,106 gaps \(0 ms\) · 1,107 frames dropped · 1,109 of the seq/);
  });
});

describe('a quiet reporter', () => {
  it('wants no progress, and says nothing but why it failed', () => {
    const { terminal, reporter: quiet } = reporter({ quiet: true });
    assert.equal(quiet.progressEveryMs, undefined);
    quiet.event('reconnecting', { attempt: 1, delayMs: 5 });
    quiet.stopping('SIGINT');
    quiet.abandoned();
    quiet.summary(summary);
    quiet.failure(new Error('that is why'));
    assert.equal(terminal.text, 'spillway: that is why\n');
  });
});

describe('connection events', () => {
  it('are left out when they are too many', () => {
    const { terminal, reporter: json } = reporter({ json: true });
    for (let attempt = 1; attempt <= 1_000; attempt += 1) json.event('reconnecting', { attempt, delayMs: 0 });
    assert.equal(jsonLines(terminal.text).length, 50);
  });

  it('come with how many were left out before them', (t) => {
    let now = 0;
    t.mock.method(performance, 'now', () => now);
    const { terminal, reporter: text } = reporter();
    const { terminal: output, reporter: json } = reporter({ json: true });
    for (const each of [text, json])
      for (let n = 0; n < 53; n++) each.event('reconnecting', { attempt: 1, delayMs: 0 });
    now = 10_000;
    for (const each of [text, json]) for (let n = 0; n < 2; n++) each.event('reconnecting', { attempt: 2, delayMs: 0 });
    const lines = terminal.text.trimEnd().split('\n');
    assert.deepEqual([lines.length, lines[50]], [53, '(3 such lines were left out)']);
    assert.ok(lines.every((line, index) => index === 50 || line.startsWith('Reconnecting')));
    const leftOut = jsonLines(output.text).map(({ left_out: count }) => count);
    assert.deepEqual(leftOut, [...Array(50).fill(undefined), 3, undefined]);
  });

  it('tell a gap in text, and in JSON as it is stored', () => {
    const moment = { at: 1_700_000_000_000, monotonic: 0 };
    const gap: Gap = {
      cause: 'disconnected',
      feed: 'trades',
      connection: 1,
      code: 1006,
      from: moment,
      to: { at: moment.at + 5_000, monotonic: 5_000 },
      durationMs: 5_000,
      afterSequence: 41,
      beforeSequence: 42,
      dropped: 0,
      missing: undefined,
      key: undefined,
    };
    const { terminal, reporter: text } = reporter();
    text.event('gap', gap);
    assert.equal(
      terminal.text,
      'Gap: nothing was received for 5.0 s (disconnected, code 1006), after frame 41 of connection 1.\n',
    );
    const { terminal: output, reporter: json } = reporter({ json: true });
    json.event('gap', gap);
    const [{ at, ...line }] = jsonLines(output.text) as [Record<string, unknown>];
    assert.ok(Number.isInteger(at));
    assert.deepEqual(line, { type: 'event', event: 'gap', ...gapRecord(gap) });
  });

  it('tell a hole in a sequence, with numbers past 2^53', () => {
    const moment = { at: 1_700_000_000_000, monotonic: 0 };
    const gap: Gap = {
      cause: 'sequence',
      feed: undefined,
      connection: 2,
      code: undefined,
      from: moment,
      to: moment,
      durationMs: 0,
      afterSequence: 2n ** 53n + 1n,
      beforeSequence: 2n ** 53n + 4n,
      dropped: 0,
      missing: 2,
      key: 'BTC',
    };
    const { terminal, reporter: text } = reporter();
    text.event('gap', gap);
    const [after, before] = ['9007199254740993', '9007199254740996'];
    const hole = `Gap: 2 missing from the sequence of "BTC" between ${after} and ${before}, on connection 2.\n`;
    assert.equal(terminal.text, hole);
    const { terminal: output, reporter: json } = reporter({ json: true });
    json.event('gap', gap);
    const [line] = jsonLines(output.text);
    assert.deepEqual([line?.['after_sequence'], line?.['missing'], line?.['key']], [after, 2, 'BTC']);
  });

  it('show a close reason as a quoted text, without control characters', () => {
    const { terminal, reporter: text } = reporter({ verbose: true });
    const url = 'ws://x/';
    text.event('disconnected', { url, connection: 1, code: 4001, reason: '\x1b[2J"no"', error: undefined, frames: 1 });
    assert.equal(terminal.text, 'Disconnected from ws://x/: code 4001 ("\\u001b[2J\\"no\\""), after 1 frame.\n');
  });
});

describe('ProgressTicker', () => {
  it('reports as often as the reporter wants, with rates, until it is stopped', async () => {
    const clock = createFakeClock();
    const seen: Progress[] = [];
    const config = { url: 'ws://127.0.0.1:1', unbounded: true };
    const source = { ...createSource(config), stats: { ...stats, lastFrameAt: clock.now() } };
    const listening: Reporter = {
      progressEveryMs: 10_000,
      progress: (each) => void seen.push(each),
      note() {},
      event() {},
      refused() {},
      notice() {},
      stopping() {},
      reopened() {},
      reopenFailed() {},
      abandoned() {},
      summary() {},
      failure() {},
    };
    const startedAt = clock.monotonic();
    const elapsed = () => clock.monotonic() - startedAt;
    const ticker = new ProgressTicker({ source, reporter: listening, clock, elapsed });
    await clock.advance(9_999);
    assert.equal(seen.length, 0);
    await clock.advance(10_001);
    assert.deepEqual(
      seen.map(({ elapsedMs, sinceFrameMs, recordsPerSecond }) => [elapsedMs, sinceFrameMs, recordsPerSecond]),
      [
        [10_000, 10_000, 1_234.5],
        [20_000, 20_000, 0],
      ],
    );
    ticker.stop();
    assert.equal(clock.pending, 0);
  });

  it('arms no timer for a reporter that wants no progress', () => {
    const clock = createFakeClock();
    const source = createSource({ url: 'ws://127.0.0.1:1', unbounded: true });
    const { reporter: quiet } = reporter({ quiet: true });
    new ProgressTicker({ source, reporter: quiet, clock, elapsed: () => 0 });
    assert.equal(clock.pending, 0);
  });
});
