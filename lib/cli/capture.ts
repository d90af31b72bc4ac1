import { Command } from 'commander';
import { jsonlSinkSchema } from '../config/sinks/jsonl.js';
import { ConfigError } from '../errors.js';
import { type Flag, type FlagSchema, flagsOf } from './capture/flags.js';
import { addSourceFlags, sourceFlags } from './capture/source-flags.js';
import { EXIT, type ExitStatus, exitStatusOf } from './exit-status.js';
import type { Output } from './output.js';
import { addReportOptions, JSON_HELP } from './report-options.js';
import type { ReportOptions } from './reporter.js';
import { addSettingOption, type Settings } from './settings.js';

/** `spillway capture URL`: a feed, for people in a hurry. */
export function captureCommand(output: Output): Command {
  const source = sourceFlags();
  const { path: _, ...properties } = jsonlSinkSchema.properties;
  const sink = flagsOf(properties as Readonly<Record<string, FlagSchema>>, { group: 'The file:' });
  const command = new Command('capture')
    .summary('capture a feed, described by flags')
    .description(
      'Captures a live feed into a file, or onto standard output as JSON lines. Every key of the configuration table ' +
        'is a flag. With no limit given it runs until Ctrl-C.',
    )
    .argument('<url...>', 'ws:// or wss://; more than one are tried in turn')
    .option('-o, --output <file>', 'write there in place of standard output; .gz and .zst choose a compression')
    .option('--print-config', 'print the pipeline file that does the same, without connecting');
  addReportOptions(addSettingOption(command, '--set'));
  for (const { option } of sink) command.addOption(option);
  return addSourceFlags(command, source)
    .addHelpText('after', EPILOGUE + JSON_HELP)
    .action(async (urls: readonly string[], options: CaptureOptions) => {
      process.exitCode = await capture(urls, { source, sink }, options, output);
    });
}

interface CaptureOptions extends ReportOptions {
  readonly output?: string;
  readonly printConfig?: boolean;
  readonly set?: Settings;
}

interface CaptureFlags {
  readonly source: readonly Flag[];
  readonly sink: readonly Flag[];
}

async function capture(
  urls: readonly string[],
  flags: CaptureFlags,
  options: CaptureOptions,
  output: Output,
): Promise<ExitStatus> {
  const { createReporter } = await import('./reporter.js');
  const isPiped = options.output === undefined || options.output === '-';
  const reporter = createReporter(output, { ...options, isPiped });
  try {
    const { captureOf } = await import('./capture/capture-of.js');
    const { plain, source: config, sink: sinkConfig, fromEnvironment } = await captureOf(urls, flags, { ...options });
    const { hiddenOf, secretsOf } = await import('./secrets.js');
    output.hide(hiddenOf(config, sinkConfig, fromEnvironment));
    if (options.printConfig === true) {
      const { pipelineText } = await import('./capture/pipeline-text.js');
      process.stdout.write(pipelineText(plain, options.set ?? {}, secretsOf(config)));
      return EXIT.ok;
    }
    const [{ sourceOf }, { openSink }, { refusalLogger }, { runFeed }] = await Promise.all([
      import('../source.js'),
      import('./sinks.js'),
      import('./refusals.js'),
      import('./run-feed.js'),
    ]);
    const source = sourceOf(config, {
      secretsMet: output.hideMet,
      logger: refusalLogger((refusal) => reporter.refused(refusal)),
    });
    const sink = await openSink(sinkConfig);
    if (sink.isOnTerminal) output.shareTerminal();
    return await runFeed({ source, sink }, reporter);
  } catch (error) {
    const { asFlags } = await import('./capture/flag-values.js');
    reporter.failure(error instanceof ConfigError ? asFlags(error, flags.source) : error);
    return exitStatusOf({ error });
  }
}

const EPILOGUE = `
Examples:
  $ spillway capture wss://example.com/feed -n 100 -o trades.jsonl
  $ spillway capture wss://example.com/feed -s '{"op":"subscribe","channel":"trades"}' | jq .price
  $ spillway capture wss://example.com/feed --select data.price,symbol
  $ spillway capture wss://example.com/feed --reconnect --idle-timeout 5m -o trades.jsonl.gz
  $ spillway capture 'wss://example.com/feed?key=\${env:FEED_KEY}' -H 'User-Agent: me/1.0' | head
  $ spillway capture wss://example.com/feed -s @subscribe.json --print-config > trades.yaml

A text after a flag that takes JSON, or may be repeated, can be @file: what that file holds. Flags of JSON take objects: --auth '{"type":"token_file","config":{"path":"token"}}'. \${env:NAME} is replaced by the environment, as it is in pipeline files: a credential on the command line can be seen by everybody on this machine.

A page of records is written when it is full, or when its first record is 1 s old (250 ms on standard output), unless --linger says otherwise. Progress is shown where standard error is a terminal and standard output, if the records go there, is none.

Ctrl-C (or SIGTERM) stops receiving, writes what was received, and ends with status 0; a second one gives up at once, with status 130. Status 1: it failed. Status 2: wrong usage or configuration; nothing was connected.
`;
