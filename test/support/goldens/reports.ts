import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import { scripts } from '../../../lib/cli/completion/scripts.js';
import { wordsOf } from '../../../lib/cli/completion/words.js';
import { Report } from '../../../lib/cli/doctor/report.js';
import { type CheckResult, failed, ok, skipped, warning } from '../../../lib/cli/doctor/result.js';
import { pipelineText } from '../../../lib/cli/init/pipeline-text.js';
import { firstPlan } from '../../../lib/cli/init/plan.js';
import { suggest } from '../../../lib/cli/init/suggest.js';
import { highlight } from '../../../lib/cli/preview/highlight.js';
import { Shape } from '../../../lib/cli/preview/shape.js';
import { shapeSchema } from '../../../lib/cli/preview/shape-schema.js';
import { shapeText } from '../../../lib/cli/preview/shape-text.js';
import { createReporter } from '../../../lib/cli/report/create-reporter.js';
import type { Progress, Reporter, ReportOptions, RunEnd, Summary } from '../../../lib/cli/report/reporter.js';
import { Output } from '../../../lib/cli/terminal/output.js';
import { ConfigError, InvalidRecordError, ParseError, TransformError } from '../../../lib/errors.js';
import { GAP_CAUSES, type Gap, type GapCause } from '../../../lib/frame/gap.js';
import type { FileReport } from '../../../lib/sink/file/live-file.js';
import type { KafkaReport } from '../../../lib/sink/kafka/delivery/report.js';
import { NO_STATS } from '../../../lib/telemetry/readings.js';
import type { SourceStats } from '../../../lib/telemetry/stats.js';
import { FakeTerminal } from '../../cli/fake-terminal.js';
import { coded, EVENTS, nested } from './failures.js';

/** What the command says while it runs, and of what it looks at. */
export function tellReports(): string {
  const pages = Object.entries(PAGES).map(([title, lines]) => [`# ${title}`, ...lines()].join('\n'));
  return `${pages.join('\n\n').replaceAll('\x1b', '␛').replaceAll('\r', '␍')}\n`;
}

const PAGES: Readonly<Record<string, () => readonly string[]>> = {
  'A run, in text': () => run({}, false),
  'A run, in text, with all of it': () => run({ verbose: true }, false),
  'A run, on a terminal': () => run({}, true),
  'A run, of which a pipe gets the records': () => run({ isPiped: true }, false),
  'A run, in JSON': () => run({ json: true }, false),
  'A run, in JSON, with all of it': () => run({ json: true, verbose: true }, false),
  'A quiet run': () => run({ quiet: true }, false),
  'doctor, in 80 columns': () => doctor(false, 80),
  'doctor, in 10 columns': () => doctor(false, 10),
  'doctor, in a log': () => doctor(false, undefined),
  'doctor, in JSON': () => doctor(true, undefined),
  'doctor, in colours': () => doctor(false, undefined, true),
  'preview --shape': () =>
    [undefined, 40].flatMap((columns) =>
      SHAPES.flatMap(([rate, records]) => ['', ...shapeText(shapeOf(records), rate, columns)]),
    ),
  'preview --shape, cut at 3 paths': () => shapeText(shapeOf([{ a: 1, b: 2, c: 3, d: [4] }], 3), undefined, undefined),
  'preview --shape, as a schema': () => SHAPES.map(([, records]) => JSON.stringify(shapeSchema(shapeOf(records)))),
  'preview, in colours': () =>
    ['{"a":"x\\"y", "b" : [1,-2.5e+3,true,false,null,"true"],"c":{}}', '"a"', '5', '\\'].map(highlight),
  init: () => INITS.flatMap(([name, ...frames]) => [`--- ${name}`, initText(frames)]),
  'init, of what was not looked at': () => [
    pipelineText(firstPlan('trades', undefined, []), './schema.json', 'Credentials: see there.'),
    pipelineText(
      { ...firstPlan('a "b"', 'wss://b/feed', ['{"op":"x"}', "it's"]), maxMessages: undefined },
      './schema.json',
    ),
  ],
  'completion of a small command': () =>
    (['bash', 'zsh', 'fish'] as const).flatMap((shell) => [`--- ${shell}`, scripts[shell](wordsOf(small()))]),
};

/** All that a reporter can be told, each as a page of its own. */
function run(options: ReportOptions, isTerminal: boolean): string[] {
  const tell = (what: string, call: (reporter: Reporter) => void): string[] => {
    const terminal = new FakeTerminal(100);
    terminal.isTTY = isTerminal;
    withoutColours(() => call(createReporter(new Output(terminal), options)));
    const said = terminal.text
      .replaceAll(/"at":\d{13}/g, '"at":0')
      .replaceAll(/^ {4,}at .*\n|(?<="stack":).*$/gm, '')
      .trimEnd();
    return [`${what}: ${said}`];
  };
  return [
    ...tell('progress', (reporter) => reporter.progress(PROGRESS)),
    ...tell('no progress', (reporter) => reporter.progress({ ...PROGRESS, sinceFrameMs: undefined, stats: NO_STATS })),
    ...tell('note', (reporter) =>
      reporter.note({ path: 'a.b', message: 'It has no effect.', line: 3, column: 5 }, 'a.yaml'),
    ),
    ...tell('note without a place', (reporter) => reporter.note({ path: '', message: 'It has no effect.' }, 'a.yaml')),
    ...EVENTS.flatMap(([name, event]) => tell(name, (reporter) => reporter.event(name, event as never))),
    ...GAPS.flatMap((gap) => tell('gap', (reporter) => reporter.event('gap', gap))),
    ...tell('a loss and what follows', (reporter) => {
      reporter.event('disconnected', {
        url: 'ws://a',
        connection: 1,
        code: 1006,
        reason: '',
        error: undefined,
        frames: 2,
      });
      reporter.event('reconnecting', { attempt: 1, delayMs: 500 });
      reporter.event('subscribed', { connection: 2, messages: 0 });
      reporter.event('subscribed', { connection: 3, messages: 0 });
    }),
    ...REFUSALS.flatMap((error) =>
      tell('refused', (reporter) => reporter.refused({ count: 1_200, total: 34_567, error })),
    ),
    ...tell('notice', (reporter) =>
      reporter.notice({ facts: { event: 'replacing', file: 'a' }, message: 'It is replaced.' }),
    ),
    ...(['SIGINT', 'SIGTERM', 'SIGHUP'] as const).flatMap((signal) =>
      tell(signal, (reporter) => reporter.stopping(signal)),
    ),
    ...tell('reopened', (reporter) => reporter.reopened('a.jsonl')),
    ...tell('not reopened', (reporter) => reporter.reopenFailed(coded('EACCES'))),
    ...tell('abandoned', (reporter) => reporter.abandoned()),
    ...(isTerminal || options.verbose === true ? [] : ENDS).flatMap((ended) =>
      tell(ended, (reporter) => reporter.summary({ ...SUMMARY, ended })),
    ),
    ...(isTerminal || options.verbose === true ? [] : SUMMARIES).flatMap((more) =>
      tell('summary', (reporter) => reporter.summary({ ...SUMMARY, ...more })),
    ),
    ...FAILURES.flatMap((error) => tell('failure', (reporter) => reporter.failure(error))),
  ];
}

/** Colours are of the environment otherwise. */
function withoutColours(work: () => void, force: string | undefined = undefined): void {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  delete process.env['NO_COLOR'];
  process.env['FORCE_COLOR'] = force ?? '0';
  process.env['TERM'] = 'xterm';
  try {
    work();
  } finally {
    for (const [name, value] of Object.entries({ NO_COLOR, FORCE_COLOR, TERM })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

function doctor(isJson: boolean, columns: number | undefined, isColoured = false): string[] {
  return LOOKS.map((results) => {
    const terminal = new FakeTerminal(100);
    withoutColours(
      () => {
        const report = new Report(new Output(terminal), isJson, columns);
        for (const result of results) report.tell(result);
        terminal.text += `(${report.hasFailed ? 'failed' : 'ok'})\n`;
        report.conclude();
      },
      isColoured ? '1' : '0',
    );
    return terminal.text;
  });
}

function shapeOf(records: readonly unknown[], maxPaths?: number): Shape {
  const shape = new Shape(maxPaths);
  for (const record of records) shape.add(record, String(record).length * 20);
  return shape;
}

function initText(frames: readonly (string | Buffer)[]): string {
  const observed = frames.map((data) => ({ data: Buffer.from(data), isBinary: typeof data !== 'string' }));
  const seen = suggest({ frames: observed, tookMs: 1_500 });
  // Of the file, what is there for every feed stands on a page of its own.
  const usual = new Set(pipelineText(firstPlan('trades', undefined, []), './schema.json').split('\n'));
  const lines = pipelineText({ ...firstPlan('trades', undefined, []), seen }, './schema.json').split('\n');
  return lines.filter((line) => !usual.has(line)).join('\n');
}

function small(): Command {
  const root = new Command('spillway').description('All of it.').version('1.0.0', '-V, --version', 'the version');
  root
    .command('run')
    .summary("capture what's in a file")
    .argument('<file>')
    .option('-q, --quiet', 'say [nothing]: not a word');
  root
    .command('serve')
    .description('Serve a file.')
    .option('--format <word>', 'which: a or b')
    .option('-o, --output <file>', 'where');
  root.commands[1]!.options[0]!.choices(['lines', 'document']);
  return root;
}

const STATS: SourceStats = {
  ...NO_STATS,
  ...{ state: 'open', frames: 12_346, bytes: 1_500_000, connections: 2, reconnects: 1, rotations: 3, controlFrames: 4 },
  ...{ records: 12_345, skipped: 1, filtered: 5, deadLetters: 2, gaps: 2, gapMs: 1_500, dropped: 6, duplicates: 7 },
  ...{ paused: true, pausedMs: 1_250, bufferedFrames: 8, bufferedBytes: 4_096 },
  sequence: { missing: 9, repeated: 1, backwards: 1, restarts: 1, unnumbered: 1, keys: 1 },
};
const PROGRESS: Progress = {
  elapsedMs: 65_000,
  stats: STATS,
  recordsPerSecond: 5_012.4,
  bytesPerSecond: 600_000,
  sinceFrameMs: 3,
};
const SUMMARY: Summary = {
  ...{ ended: 'closed', signal: undefined, errorCode: undefined, records: 12_000, stats: STATS, elapsedMs: 60_000 },
  target: 'out/trades.jsonl',
  deadLetter: 'dead.jsonl',
} as const;
const ENDS: readonly RunEnd[] = [
  ...([
    'max_messages',
    'max_bytes',
    'stop_when',
    'max_duration',
    'idle_timeout',
    'closed',
    'stopped',
    'failed',
  ] as const),
  ...(['max_records', 'output_closed'] as const),
];
const DELIVERY: KafkaReport = {
  ...{ acknowledged: 12_000, retries: 2, diverted: 4, skipped: 1, undelivered: 40, newestFrame: 12_045, uncertain: 40 },
  undeliveredRanges: [{ first: 11_990, last: 12_045, records: 40 }],
};
const FILES: readonly FileReport[] = [
  { files: [], gone: 0 },
  ...(['in_place', 'moved', 'replaced', 'deleted', 'untouched'] as const).map((state) => ({
    files: [{ name: 'a', state, records: 1 }],
    gone: 0,
  })),
  {
    files: [
      { name: 'a', state: 'deleted', records: 3 },
      { name: 'a', state: 'in_place', records: 4 },
    ],
    gone: 3,
  },
  {
    files: [
      { name: 'a.1', state: 'moved', records: 3 },
      { name: 'a', state: 'in_place', records: 4 },
    ],
    gone: 5,
  },
];
const SUMMARIES: readonly Partial<Summary>[] = [
  { stats: NO_STATS, records: 0, elapsedMs: 0 },
  { ended: 'stopped', signal: 'SIGTERM', deadLetter: undefined, stats: { ...STATS, deadLetters: 0 } },
  { ended: 'failed', errorCode: 'ERR_SINK' },
  { delivery: DELIVERY },
  {
    delivery: {
      ...DELIVERY,
      newestFrame: undefined,
      acknowledged: 0,
      retries: 1,
      undelivered: 0,
      undeliveredRanges: [],
    },
  },
  { delivery: { ...DELIVERY, acknowledged: 12_300 }, stats: { ...STATS, bufferedFrames: 0 } },
  {
    delivery: { ...DELIVERY, diverted: 0, skipped: 0, undelivered: 0, acknowledged: 12_345 },
    records: 12_345,
    stats: { ...STATS, bufferedFrames: 0 },
  },
  ...FILES.map((files) => ({ files })),
];
const MOMENT = { at: 1_700_000_000_000, monotonic: 0 };
const GAPS = [
  ...(Object.keys(GAP_CAUSES) as GapCause[]).map((cause) => gapOf({ cause })),
  gapOf({ cause: 'not_connected', connection: 0, afterSequence: undefined }),
  gapOf({ beforeSequence: undefined }),
  gapOf({ code: undefined, afterSequence: undefined }),
  gapOf({ cause: 'sequence', missing: 1, key: 'BTC' }),
  gapOf({ cause: 'sequence', missing: 2n ** 60n, afterSequence: 2n ** 53n + 1n }),
  gapOf({ cause: 'overflow', dropped: 1 }),
];
const FRAME = { sequence: 7, connection: 1 };
const REFUSALS = [
  new ParseError({ ...FRAME, reason: 'expected a value', offset: 3, excerpt: '[1,}' }),
  new InvalidRecordError({
    ...FRAME,
    problems: [
      { instancePath: '/a', keyword: 'type', message: 'must be number' },
      { instancePath: '', keyword: 'type', message: 'must be object' },
    ],
  }),
  new TransformError({ ...FRAME, transform: 'explode', reason: 'there is no array' }),
];
const FAILURES: readonly unknown[] = [
  new Error('one', { cause: new Error('two', { cause: new Error('three') }) }),
  new AggregateError([new Error('first'), new Error('second')], 'many'),
  new ConfigError(
    [
      { path: 'a', message: 'Wrong.', line: 1, column: 2 },
      { path: '', message: 'Wrong, too.' },
    ],
    { file: 'a.yaml' },
  ),
  new ConfigError([{ path: 'a', message: 'Wrong.' }]),
  REFUSALS[0],
  nested(9),
  'a text',
  undefined,
];
const LOOKS: readonly (readonly CheckResult[])[] = [
  [look('configuration', 'configuration', ok('a.yaml is valid', ['One note.', 'Another.']), 3)],
  [
    look('feed', 'DNS', ok('a is 192.0.2.7'), 0.4),
    look('feed', 'TLS', warning('13 days left', "Have the server's certificate renewed before it ends."), 70_000),
    look(
      'feed',
      'upgrade',
      failed('status 404 in place of 101', 'The server has nothing at this path: check it in `url`.', ['More.']),
      12,
    ),
    ...['subscribe', 'first frame'].map((name) =>
      look('feed', name, skipped('not looked at, since upgrade failed'), undefined),
    ),
    look('sink', 'free space', skipped('the file system does not tell'), undefined),
    look('sink', 'file', ok('it can be written to'), 1),
  ],
  [look('feed', 'DNS', failed('no address', 'Check it.'), 1), look('feed', 'TCP', skipped('not looked at'), undefined)],
  [look('feed', 'DNS', warning('a', 'b'), 1), look('sink', 'file', warning('c', 'd'), 1)],
];
const SHAPES: readonly (readonly [rate: number | undefined, records: readonly unknown[]])[] = [
  [undefined, []],
  [5, [{ a: 1 }]],
  [
    1_234.5,
    Array.from({ length: 1_001 }, (_, n) => ({
      n,
      price: n / 2,
      ...(n === 0 ? { rare: null } : { usual: 'x' }),
      'a b': [n, { c: true }],
      ...(n === 9 ? {} : { often: `v${n}` }),
    })),
  ],
  [9.96, [1, 'x', null, [1, [2]], 2.5, 10n, { '"': 1, '': { x: 1 }, ['k'.repeat(70)]: 'v'.repeat(200) }]],
];
const TRADES = [1, 2, 3, 4].map((n) =>
  JSON.stringify({
    id: n,
    symbol: 'BTC',
    data: { price: n / 2, s: null, deep: { x: 1 } },
    'a b': 1,
    list: [1],
    long: 'x'.repeat(60),
  }),
);
const INITS: readonly (readonly [name: string, ...frames: readonly (string | Buffer)[]])[] = [
  ['nothing'],
  ['one trade', TRADES[0]!],
  ['trades', ...TRADES],
  ['trades in gzip', ...TRADES.map((text) => gzipSync(text, { level: 0 }))],
  ['trades, some in gzip', TRADES[0]!, gzipSync(TRADES[1]!, { level: 0 })],
  ['trades and pongs', ...TRADES, 'pong'],
  ['trades in bytes', ...TRADES.map((text) => Buffer.from(text))],
  ['arrays', `[${TRADES[0]}]`, `[${TRADES[1]},${TRADES[2]}]`],
  ['arrays at a key', `{"type":"x","rows":[${TRADES[0]}]}`, `{"type":"x","rows":[${TRADES[1]}]}`],
  ['arrays at a key, but for one', `{"rows":[${TRADES[0]}]}`, '{"rows":[]}'],
  ['arrays at a key that needs quotes', '{"a b":[{"a":1}]}'],
  ['arrays of numbers', '[1,2]'],
  ['lines', `${TRADES[0]}\n${TRADES[1]}\n`],
  ...['\u001e', '\0', '\r'].map(
    (on) => [`pieces with ${JSON.stringify(on)} between them`, `${TRADES[0]}${on}${TRADES[1]}${on}`] as const,
  ),
  ['text', 'pong', 'ping'],
  ['MessagePack', Buffer.from('93010203', 'hex'), Buffer.from('91c0', 'hex')],
  ['bytes of many kinds', Buffer.from('93010203', 'hex'), Buffer.from('a26161016162820203', 'hex')],
  ['bytes', Buffer.from([1, 2, 3])],
  ['numbers', '1', '2', '3'],
  ['records of many types', '{"a":1,"symbol":"x"}', '{"a":"x","symbol":1}', '{"a":null,"symbol":"y"}', '{"a":[1]}'],
  ['many fields', JSON.stringify(Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`f${n}`, n])))],
  ['a count that jumps', '{"n":1}', '{"n":2}', '{"n":4}'],
  ['a count of two', '{"n":1}', '{"n":2}'],
];

function gapOf(more: Partial<Gap>): Gap {
  return {
    ...{
      cause: 'disconnected',
      feed: 'trades',
      connection: 1,
      code: 1006,
      from: MOMENT,
      to: { at: MOMENT.at + 5_000, monotonic: 5_000 },
    },
    ...{ durationMs: 5_000, afterSequence: 41, beforeSequence: 42, dropped: 3, missing: undefined, key: undefined },
    ...more,
  };
}

function look(side: CheckResult['side'], name: string, verdict: object, elapsedMs: number | undefined): CheckResult {
  return { side, name, ...(verdict as ReturnType<typeof ok>), elapsedMs };
}
