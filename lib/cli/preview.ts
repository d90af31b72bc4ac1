import { Command, Option } from 'commander';
import { ConfigError } from '../errors.js';
import type { Flag } from './capture/flags.js';
import { addSourceFlags, sourceFlags } from './capture/source-flags.js';
import { DAY_MS, parseTime, reader } from './grammar.js';
import { addFeedFlag, addPipelineFlags } from './pipeline-flags.js';
import type { PreviewOptions } from './preview/options.js';
import { type ExitStatus, exitStatusOf } from './process/exit-status.js';
import { addReportOptions } from './report/report-options.js';
import type { Output } from './terminal/output.js';

/** `spillway preview FILE|URL`: the first records, or what they look like. */
export function previewCommand(output: Output): Command {
  const flags = sourceFlags();
  const command = new Command('preview')
    .summary('look at the first records of a feed or a file')
    .description(
      'Shows the first records of a live feed or of a recorded file, indented; in colours on a terminal. With --shape it ' +
        'tells what they look like: fields by path, types, how often, examples, sizes, rate; with --schema it prints a ' +
        'JSON Schema that all of them satisfy. Nothing is stored.',
    )
    .argument('<file-or-url>', 'ws://… or wss://…, a pipeline file (- is standard input), or a recorded file')
    .option('--shape', 'tell what the records look like')
    .addOption(new Option('--schema', 'print a JSON Schema (draft 2020-12) that they satisfy').conflicts('shape'))
    .addOption(
      new Option('--within <duration>', 'stop after this long, however many have come')
        .argParser(reader(parseTime(DAY_MS)))
        .default(60_000, '1m'),
    )
    .option('--full', 'show long records whole on a terminal, too');
  addReportOptions(addFeedFlag(addPipelineFlags(command, '--set')));
  return addSourceFlags(command, flags)
    .addHelpText('after', EPILOGUE)
    .action(async (target: string, options: PreviewOptions) => {
      process.exitCode = await preview(target, flags, options, output);
    });
}

async function preview(
  target: string,
  flags: readonly Flag[],
  options: PreviewOptions,
  output: Output,
): Promise<ExitStatus> {
  try {
    const { runPreview } = await import('./preview/run-preview.js');
    return await runPreview(target, flags, options, output);
  } catch (error) {
    const [{ createReporter }, { asFlags }] = await Promise.all([
      import('./report/create-reporter.js'),
      import('./capture/flag-values.js'),
    ]);
    const isOfFlags = error instanceof ConfigError && error.file === undefined;
    createReporter(output, options).failure(isOfFlags ? asFlags(error, flags) : error);
    return exitStatusOf({ error });
  }
}

const EPILOGUE = `
Examples:
  $ spillway preview wss://example.com/feed
  $ spillway preview wss://example.com/feed -n 3 -s '{"op":"subscribe","channel":"trades"}'
  $ spillway preview trades.yaml --shape
  $ spillway preview trades.jsonl.gz --schema > trade.schema.json
  $ spillway preview huge.json --records-path data.trades -n 100 | less

It ends after -n records (10; 1000 with --shape and --schema), after 10 s without a frame (--idle-timeout), or after a minute (--within), and looks at no more than 2,000 paths. The flags of the feed are those of capture; with a pipeline file they stand in that file, but for -n and --idle-timeout. With --shape --json the shape is one JSON object.
`;
