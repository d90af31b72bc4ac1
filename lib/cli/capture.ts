import { Command } from 'commander';
import { ConfigError } from '../errors.js';
import { spoolSchema } from '../feed/spool-config.js';
import { jsonlSinkSchema } from '../sink/file/kind.js';
import { stdoutSinkSchema } from '../sink/stdout/kind.js';
import { type Flag, type FlagSchema, flagsOf } from './capture/flags.js';
import { flattened } from './capture/nested-flags.js';
import { addSourceFlags, sourceFlags } from './capture/source-flags.js';
import { addFillFlags, type PipelineFlags, pipelineOptions } from './pipeline-flags.js';
import { EXIT, type ExitStatus, exitStatusOf } from './process/exit-status.js';
import { addHangupOption, checkHangup, type OnHangup } from './process/hangup.js';
import { addReportOptions, JSON_HELP } from './report/report-options.js';
import type { ReportOptions } from './report/reporter.js';
import type { Output } from './terminal/output.js';

/** `spillway capture URL`: a feed, for people in a hurry. */
export function captureCommand(output: Output): Command {
  const source = sourceFlags();
  // `-o` names the path, and `--batch-size` is the source's.
  const { path: _, batch_size: __, ...properties } = jsonlSinkSchema.properties;
  const sink = flagsOf(flattened(properties as Readonly<Record<string, FlagSchema>>), { group: 'The file:' });
  const { format } = stdoutSinkSchema.properties;
  const stdout = flagsOf({ format }, { group: 'Standard output:' });
  const { path: ___, ...ofSpool } = spoolSchema.properties ?? {};
  const spool = flagsOf(
    Object.fromEntries(Object.entries(ofSpool).map(([key, schema]) => [`spool_${key}`, schema as FlagSchema])),
    { group: 'The spool:' },
  );
  const command = new Command('capture')
    .summary('capture a feed, described by flags')
    .description(
      'Captures a live feed into a file, or onto standard output as JSON lines. Every key of the configuration table ' +
        'is a flag. With no limit given it runs until Ctrl-C.',
    )
    .argument(
      '<url...>',
      'ws:// or wss://; more than one are tried in turn, or with {feed} in -o captured side by side',
    )
    .option(
      '-o, --output <file>',
      'write there in place of standard output; .gz and .zst choose a compression; %Y, %m, %d, %H and %M make files by the time; {feed} a file for each of several addresses',
    )
    .option('--state <folder>', 'keep there how far the feed is stored, and go on where the run before came to')
    .option('--spool <folder>', 'keep there what the sink has not stored yet, so that a slow one pauses no socket')
    .option('--print-config', 'print the pipeline file that does the same, without connecting');
  addReportOptions(addHangupOption(addFillFlags(command, '--set')));
  for (const { option } of [...sink, ...stdout, ...spool]) command.addOption(option);
  return addSourceFlags(command, source)
    .addHelpText('after', EPILOGUE + JSON_HELP)
    .action(async (urls: readonly string[], options: CaptureOptions) => {
      process.exitCode = await capture(urls, { source, sink, stdout, spool }, options, output);
    });
}

interface CaptureOptions extends ReportOptions, PipelineFlags {
  readonly onHangup?: OnHangup;
  readonly output?: string;
  readonly state?: string;
  readonly spool?: string;
  readonly printConfig?: boolean;
}

interface CaptureFlags {
  readonly source: readonly Flag[];
  readonly sink: readonly Flag[];
  readonly stdout: readonly Flag[];
  readonly spool: readonly Flag[];
}

async function capture(
  urls: readonly string[],
  flags: CaptureFlags,
  options: CaptureOptions,
  output: Output,
): Promise<ExitStatus> {
  const { createReporter } = await import('./report/create-reporter.js');
  const isPiped = options.output === undefined || options.output === '-';
  const reporter = createReporter(output, { ...options, isPiped });
  try {
    const { areFeeds } = await import('./capture/many-of.js');
    if (areFeeds(urls, options.output)) return await captureMany(urls, flags, options, output);
    const { captureOf } = await import('./capture/capture-of.js');
    const given = await pipelineOptions(options);
    const {
      plain,
      source: config,
      sink: sinkConfig,
      state,
      spool,
      secrets,
    } = await captureOf(urls, flags, { ...options }, given);
    const { guardSecrets } = await import('./exposure.js');
    guardSecrets({ source: config, sink: sinkConfig, secrets }, output, (notice) => reporter.notice(notice));
    await checkHangup(options.onHangup, sinkConfig);
    if (options.printConfig === true) {
      const [{ pipelineText }, { secretsOf }] = await Promise.all([
        import('./capture/pipeline-text.js'),
        import('./secrets.js'),
      ]);
      process.stdout.write(pipelineText(plain, options.set ?? {}, secretsOf(config)));
      return EXIT.ok;
    }
    const { runPipeline } = await import('./process/run-pipeline.js');
    return await runPipeline({ source: config, sink: sinkConfig, state, spool }, output, reporter, options);
  } catch (error) {
    const { asFlags } = await import('./capture/flag-values.js');
    reporter.failure(error instanceof ConfigError ? asFlags(error, flags.source) : error);
    return exitStatusOf({ error });
  }
}

/** The same of several feeds. */
async function captureMany(
  urls: readonly string[],
  flags: CaptureFlags,
  options: CaptureOptions,
  output: Output,
): Promise<ExitStatus> {
  const [{ manyOf }, { flagError }, { guardSecrets }, { runMany }, { ManyReporter }] = await Promise.all([
    import('./capture/many-of.js'),
    import('./capture/flag-values.js'),
    import('./exposure.js'),
    import('./process/run-many.js'),
    import('./report/many/many-reporter.js'),
  ]);
  const pipelines = await manyOf(urls, flags, { ...options }, await pipelineOptions(options));
  if (options.printConfig === true) throw flagError('--print-config', OF_ONE);
  const reporter = new ManyReporter(output, options);
  let isExposed = false;
  for (const feed of pipelines.feeds) {
    guardSecrets(feed, output, (notice) => {
      if (!isExposed) reporter.whole.notice(notice);
      isExposed = true;
    });
    await checkHangup(options.onHangup, feed.sink);
  }
  return runMany(pipelines, output, reporter, options);
}

const OF_ONE =
  'It prints the file of one feed, and these are several: leave all addresses out but one, and write a file with `each` out of what it prints.';
const EPILOGUE = `
Examples:
  $ spillway capture wss://example.com/feed -n 100 -o trades.jsonl
  $ spillway capture wss://example.com/feed -s '{"op":"subscribe","channel":"trades"}' | jq .price
  $ spillway capture wss://example.com/feed --filter type=trade --select data.price,symbol --format csv
  $ spillway capture wss://example.com/feed --reconnect --idle-timeout 5m -o trades.jsonl.gz
  $ spillway capture wss://example.com/feed --reconnect -o 'out/%Y-%m-%d/%H.jsonl.gz' --keep-age 30d
  $ spillway capture 'wss://example.com/feed?key=\${env:FEED_KEY}' -H 'User-Agent: me/1.0' | head
  $ spillway capture wss://example.com/btc wss://example.com/eth -o 'out/{feed}.jsonl'
  $ spillway capture wss://example.com/feed -s @subscribe.json --print-config > trades.yaml

A text after a flag that takes JSON, or may be repeated, can be @file: what that file holds. Flags of JSON take objects: --auth '{"type":"token_file","config":{"path":"token"}}'. \${env:NAME} is replaced by the environment, as it is in pipeline files, in single quotes: a credential on the command line can be read by others on this machine, and that is told once.

A page of records is written when it is full, or when its first record is 100 ms old, unless --linger says otherwise. Progress is shown where standard error is a terminal and standard output, if the records go there, is none.

Ctrl-C, SIGTERM and SIGHUP (a terminal that is closed) stop receiving, write what was received, and end with status 0; a second Ctrl-C or SIGTERM gives up at once, with status 130. With --on-hangup reopen, SIGHUP makes the file be opened anew, for logrotate; under nohup it is ignored. Status 1: it failed. Status 2: wrong usage or configuration; nothing was connected.
`;
