import { Command } from 'commander';
import { type ExitStatus, exitStatusOf } from './exit-status.js';
import type { Output } from './output.js';
import { addReportOptions, JSON_HELP } from './report-options.js';
import type { ReportOptions } from './reporter.js';
import { addSettingOption, type Settings } from './settings.js';

/** `spillway run FILE`: what a pipeline file describes. */
export function runCommand(output: Output): Command {
  const command = new Command('run')
    .summary('capture what a pipeline file describes')
    .description(
      'Captures a live feed: connects to the source that the pipeline file names, and writes its records to the sink. ' +
        'It ends as the file says (max_messages, idle_timeout), when the server closes, or at Ctrl-C, and everything ' +
        'that was received is written before it does.',
    )
    .argument('<file>', 'a pipeline file, YAML or JSON; - is standard input');
  return addReportOptions(addSettingOption(command))
    .addHelpText('after', EPILOGUE + JSON_HELP)
    .action(async (file: string, options: RunOptions) => {
      process.exitCode = await run(file, options, output);
    });
}

interface RunOptions extends ReportOptions {
  readonly set?: Settings;
}

async function run(file: string, options: RunOptions, output: Output): Promise<ExitStatus> {
  const { createReporter } = await import('./reporter.js');
  const reporter = createReporter(output, options);
  try {
    const { loadPipelineFile } = await import('../config/pipeline-file.js');
    const pipeline = await loadPipelineFile(file, { context: options.set });
    const { hiddenOf } = await import('./secrets.js');
    output.hide(hiddenOf(pipeline.source, pipeline.sink, pipeline.fromEnvironment));

    const [{ sourceOf }, { openSink }, { refusalLogger }, { runFeed }] = await Promise.all([
      import('../source.js'),
      import('./sinks.js'),
      import('./refusals.js'),
      import('./run-feed.js'),
    ]);
    const source = sourceOf(pipeline.source, {
      feed: pipeline.name,
      secretsMet: output.hideMet,
      logger: refusalLogger((refusal) => reporter.refused(refusal)),
    });
    const sink = await openSink(pipeline.sink, { feed: pipeline.name });
    if (sink.isOnTerminal) output.shareTerminal();
    return await runFeed({ source, sink }, reporter);
  } catch (error) {
    reporter.failure(error);
    return exitStatusOf({ error });
  }
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
  $ spillway run to-stdout.yaml --quiet | jq .price
  $ spillway run - < trades.yaml 2> progress.log

Ctrl-C (or SIGTERM) stops receiving, writes what was received, and ends with status 0;
a second one gives up at once, with status 130. Status 1: it failed. Status 2: wrong usage
or configuration; nothing was connected.
`;
