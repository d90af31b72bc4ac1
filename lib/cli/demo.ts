import { Command, Option } from 'commander';
import { visible } from '../visible.js';
import { DAY_MS, MAX_RATE, parseRate, parseTime, reader } from './grammar.js';
import { EXIT, type ExitStatus, exitStatusOf } from './process/exit-status.js';
import { formatDuration } from './report/format.js';
import { addReportOptions, JSON_HELP } from './report/report-options.js';
import type { Reporter, ReportOptions } from './report/reporter.js';
import type { Output } from './terminal/output.js';

/** `spillway demo`: a made-up market on this machine, captured into a file. It needs no network and no file. */
export function demoCommand(output: Output): Command {
  const command = new Command('demo')
    .summary('capture a made-up market for some seconds')
    .description(
      'Starts a made-up market feed on this machine, captures it into a file as `run` would, and ends by itself.',
    )
    .addOption(
      new Option('--seconds <duration>', 'how long the market is open, such as 5 or 2m')
        .argParser(reader(parseTime(DAY_MS)))
        .default(5_000, '5'),
    )
    .addOption(
      new Option('--rate <rate>', 'trades in a time: 5000, 5000/s or 90/min')
        .argParser(reader(parseRate(MAX_RATE)))
        .default(5_000, '5000/s'),
    )
    .option('-o, --output <path>', 'where to write the trades', 'out/trades.jsonl');
  return addReportOptions(command)
    .addHelpText('after', EPILOGUE + JSON_HELP)
    .action(async (options: DemoOptions) => {
      process.exitCode = await demo(options, output);
    });
}

interface DemoOptions extends ReportOptions {
  /** In milliseconds. */
  readonly seconds: number;
  /** Trades a second. */
  readonly rate: number;
  readonly output: string;
}

async function demo(options: DemoOptions, output: Output): Promise<ExitStatus> {
  const { createReporter } = await import('./report/create-reporter.js');
  const reporter = createReporter(output, options);
  const isTalking = options.quiet !== true && options.json !== true;
  try {
    if (isTalking)
      output.say(
        `A made-up market opens for ${formatDuration(options.seconds)}, with ${options.rate} trades a second.`,
      );
    const status = await capture(options, reporter);
    if (isTalking && status === EXIT.ok) output.say(whatNext(visible(options.output)).split('\n'));
    return status;
  } catch (error) {
    reporter.failure(error);
    return exitStatusOf({ error });
  }
}

async function capture(options: DemoOptions, reporter: Reporter): Promise<ExitStatus> {
  const [{ openMarket }, { createSource }, { openSink }, { runFeed }, { resolveSink }] = await Promise.all([
    import('./demo/demo-market.js'),
    import('../source/source.js'),
    import('../feed/open-sink.js'),
    import('./process/run-feed.js'),
    import('../feed/sink-config.js'),
  ]);
  const market = await openMarket({ openMs: options.seconds, rate: options.rate });
  try {
    // The market closes by itself, so nothing else has to end the run.
    const source = createSource({ url: market.url, unbounded: true }, { reusePages: true });
    const sink = await openSink(resolveSink('jsonl', { path: options.output }));
    return await runFeed({ source, sink }, reporter);
  } finally {
    await market.close();
  }
}

function whatNext(path: string): string {
  return `
What to try next:
  Look at the first trade:     ${lookAt(path)}
  Serve them as a feed again:  npx spillway serve ${path} --loop
  Capture a feed of your own:  npx spillway capture wss://example.com/feed -o mine.jsonl
  or write trades.yaml (npx spillway init trades.yaml does)

    version: 1
    pipeline:
      source:
        type: websocket
        config:
          url: "wss://example.com/feed"
          idle_timeout: 30s
      sink:
        type: jsonl
        config: { path: ./out/trades.jsonl }

  and run it:                  npx spillway run trades.yaml
  Everything about it:         npx spillway run --help`;
}

function lookAt(path: string): string {
  if (/\.gz$/i.test(path)) return `gzip -dc ${path} | head -1`;
  return /\.zstd?$/i.test(path) ? `zstd -dc ${path} | head -1` : `head -1 ${path}`;
}

const EPILOGUE = `
Examples:
  $ spillway demo
  $ spillway demo --seconds 60 --rate 100000
  $ spillway demo -o /tmp/trades.jsonl.gz
`;
