import { Command } from 'commander';
import { parseSpeed, reader } from './grammar.js';
import { addFeedFlag, addPipelineFlags } from './pipeline-flags.js';
import { type ExitStatus, exitStatusOf } from './process/exit-status.js';
import type { ReplayOptions } from './replay/options.js';
import { addReportOptions } from './report/report-options.js';
import { Output } from './terminal/output.js';

/** `spillway replay PATH…`: dead letters through their pipeline again, or captured files into a sink. */
export function replayCommand(output: Output): Command {
  const command = new Command('replay')
    .summary('put dead letters, or captured files, into a sink')
    .description(
      'Replays files. Dead letters go through their pipeline again, from the stage on that refused them; what is refused once ' +
        'more is kept with its replay_count. Captured files go into a sink as they stand there, with their own times: a ' +
        'file, or that of a pipeline file, such as Kafka. With --state it goes on where an earlier replay came to.',
    )
    .argument(
      '<path...>',
      'files (.jsonl, .jsonl.gz, .jsonl.zst), folders, or a pipeline file for its own dead letters',
    )
    .option('--into <file>', 'where they go: a pipeline file, or a file to add to; - is standard output')
    .option('--state <folder>', 'keep in this folder how far it came, and leave out what was stored before')
    .option(
      '--speed <factor>',
      'as recorded, by received_at: so many times as fast, such as 1 or 10x',
      reader(parseSpeed),
    )
    .option('--unwrap', 'take each record of captured files out of its envelope')
    .option('-n, --dry-run', 'say what dead letters were refused for, and what would become of them; store nothing');
  return addReportOptions(addFeedFlag(addPipelineFlags(command)))
    .addHelpText('after', EPILOGUE)
    .action(async (paths: readonly string[], options: ReplayOptions) => {
      process.exitCode = await replay(paths, options, output);
    });
}

async function replay(paths: readonly string[], options: ReplayOptions, output: Output): Promise<ExitStatus> {
  const { ReplayReporter } = await import('./replay/replay-reporter.js');
  const reporter = new ReplayReporter(output, options);
  try {
    const { planOf } = await import('./replay/plan.js');
    const plan = await planOf(paths, options);
    if (plan.pipeline !== undefined) {
      const { guardSecrets } = await import('./exposure.js');
      guardSecrets(plan.pipeline, output, ({ facts, message }) => reporter.notice(facts, message));
    }
    if (options.dryRun === true) {
      const { dryRun } = await import('./replay/dry-run.js');
      return await dryRun(plan, options.json === true, reporter, new Output(process.stdout));
    }
    const { runReplay } = await import('./replay/run-replay.js');
    return await runReplay(plan, options, reporter, output);
  } catch (error) {
    reporter.failure(error);
    return exitStatusOf({ error });
  }
}

const EPILOGUE = `
Examples:
  $ spillway replay trades.yaml --dry-run             what its dead letters were refused for
  $ spillway replay trades.yaml                       put them through it again
  $ spillway replay refused.jsonl --into trades.yaml --state state/replay
  $ spillway replay out/ --into kafka.yaml            captured files into a topic, with their times
  $ spillway replay trades.jsonl.gz --into - --speed 10x --unwrap
  $ spillway replay out/2026-03-*.jsonl.zst --into march.jsonl

Of a pipeline file the sink is used, and for dead letters the stages of its source; nothing is connected to. Files are
added to, and never replaced. Standard error has a summary; with --json, lines with type event, summary (ended, target,
files, skipped, stored, refused_again, diverted, lost) and error; --dry-run says a line on standard output.

Ctrl-C, SIGTERM or SIGHUP: what was read is stored, and the status is 0. Status 1: a file cannot be read to its end, or the sink failed; 2: wrong usage or configuration.
`;
