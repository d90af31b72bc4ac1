import { Command, Option } from 'commander';
import type { PipelineFile } from '../feed/feed-of.js';
import { addListenFlags, type ListenFlags, refuseIdleFlags } from './observe/listen-flags.js';
import { addFeedFlag, addPipelineFlags, type PipelineFlags, pipelineOptions } from './pipeline-flags.js';
import { type ExitStatus, exitStatusOf } from './process/exit-status.js';
import { addHangupOption, checkHangup, type OnHangup } from './process/hangup.js';
import type { ManyReporter } from './report/many/many-reporter.js';
import { shownName } from './report/note-text.js';
import { addReportOptions, JSON_HELP } from './report/report-options.js';
import type { Reporter, ReportOptions } from './report/reporter.js';
import type { Output } from './terminal/output.js';

/** `spillway run FILE`: what a pipeline file describes. */
export function runCommand(output: Output): Command {
  const command = new Command('run')
    .summary('capture what a pipeline file describes')
    .description(
      'Captures a live feed: connects to the source that the pipeline file names, and writes its records to the sink. ' +
        'It ends as the file says (max_messages, max_duration, …), when the server closes, or at Ctrl-C, and everything ' +
        'that was received is written before it does.',
    )
    .argument('<file>', 'a pipeline file, YAML or JSON; - is standard input');
  const log = new Option(
    '--log <format>',
    'for what collects logs: json lines in the shape of pino, on standard error',
  );
  return addReportOptions(addListenFlags(addHangupOption(addFeedFlag(addPipelineFlags(command)))))
    .addOption(log.choices(['json']).conflicts('json'))
    .addHelpText('after', EPILOGUE + JSON_HELP)
    .action(async (file: string, options: RunOptions) => {
      process.exitCode = await run(file, options, output);
    });
}

interface RunOptions extends ReportOptions, PipelineFlags, ListenFlags {
  readonly onHangup?: OnHangup;
  readonly log?: 'json';
}

async function run(file: string, options: RunOptions, output: Output): Promise<ExitStatus> {
  let reporter = await reporterOf(output, options);
  try {
    const { loadPipelines } = await import('../feed/pipeline-file.js');
    const pipelines = await loadPipelines(file, await pipelineOptions(options));
    const { feeds, notes } = pipelines;
    const [pipeline] = feeds as [PipelineFile, ...PipelineFile[]];
    const many = pipelines.isMany && options.feed === undefined ? await manyReporterOf(output, options) : undefined;
    if (many !== undefined) reporter = many.whole;
    reporter.named?.(many === undefined ? pipeline.name : undefined);
    const { guardSecrets } = await import('./exposure.js');
    let isExposed = false;
    for (const feed of feeds) {
      guardSecrets(feed, output, (notice) => {
        if (!isExposed) reporter.notice(notice);
        isExposed = true;
      });
    }
    for (const note of notes) reporter.note(note, shownName(file));

    if (options.listen === undefined && pipeline.listen === undefined) refuseIdleFlags(options);
    for (const { sink } of feeds) await checkHangup(options.onHangup, sink);
    if (many !== undefined) {
      const { runMany } = await import('./process/run-many.js');
      return await runMany(pipelines, output, many, options);
    }
    const { runPipeline } = await import('./process/run-pipeline.js');
    return await runPipeline(pipeline, output, reporter, options);
  } catch (error) {
    reporter.failure(error);
    return exitStatusOf({ error });
  }
}

/** What only a run of many feeds needs is loaded for that. */
async function manyReporterOf(output: Output, options: RunOptions): Promise<ManyReporter> {
  const { ManyReporter: Many } = await import('./report/many/many-reporter.js');
  return new Many(output, options);
}

async function reporterOf(output: Output, options: RunOptions): Promise<Reporter> {
  if (options.log === undefined) return (await import('./report/create-reporter.js')).createReporter(output, options);
  const { LogReporter } = await import('./report/log-reporter.js');
  const reporter = new LogReporter(output, options.verbose === true);
  if (options.quiet !== true) return reporter;
  return new (await import('./report/quiet-reporter.js')).QuietReporter(reporter);
}

const EPILOGUE = `
A pipeline file:
  version: 1
  pipeline:
    source:
      type: websocket
      config:
        url: "wss://example.com/feed/{symbol}?key=\${env:FEED_KEY}"
        subscribe_messages: ['{"subscribe":"trades"}']
        idle_timeout: 30s
        reconnect: true
    sink:
      type: jsonl
      config: { path: ./out/trades.jsonl }

Examples:
  $ spillway run trades.yaml
  $ spillway run trades.yaml --set symbol=btcusdt
  $ spillway run trades.yaml --env-file secrets.env --param depth=20
  $ spillway run to-stdout.yaml --quiet | jq .price
  $ spillway run - < trades.yaml 2> progress.log

Ctrl-C, SIGTERM and SIGHUP (a terminal that is closed) stop receiving, write what was
received, and end with status 0; a second Ctrl-C or SIGTERM gives up at once, with status
130. Status 1: it failed. Status 2: wrong usage or configuration; nothing was connected.
`;
