import { Command } from 'commander';
import type { PipelineFile } from '../feed/feed-of.js';
import { addPipelineFlags, type PipelineFlags, pipelineOptions } from './pipeline-flags.js';
import { EXIT, type ExitStatus, exitStatusOf } from './process/exit-status.js';
import { describeError } from './report/describe-error.js';
import { dressError } from './terminal/dress.js';
import { Output } from './terminal/output.js';

/** `spillway plan FILE`: the feeds that a pipeline file describes. */
export function planCommand(output: Output): Command {
  const command = new Command('plan')
    .summary('list the feeds that a pipeline file describes')
    .description(
      'Reads a pipeline file as a run would, puts its feeds together (`matrix`, `each`, templates), and prints a line for each: what ' +
        'it is called, its address, its sink, and where its state and its spool are. Credentials are not shown, and nothing is connected.',
    )
    .argument('<file>', 'a pipeline file, YAML or JSON; - is standard input')
    .option('--json', 'a JSON line for each feed: feed, address, sink, target, state, spool');
  return addPipelineFlags(command)
    .addHelpText('after', EPILOGUE)
    .action(async (file: string, options: PlanOptions) => {
      process.exitCode = await plan(file, options, output);
    });
}

interface PlanOptions extends PipelineFlags {
  readonly json?: boolean;
}

async function plan(file: string, options: PlanOptions, output: Output): Promise<ExitStatus> {
  try {
    const [{ usablePipelines }, { hiddenOf }, { placeOf }, { sourceOf }] = await Promise.all([
      import('./usable-pipeline.js'),
      import('./secrets.js'),
      import('../feed/sinks.js'),
      import('../source/source.js'),
    ]);
    const { feeds } = await usablePipelines(file, await pipelineOptions(options));
    const told = new Output(process.stdout);
    const rows = feeds.map((feed) => {
      told.hide(hiddenOf(feed.source, feed.sink, feed.secrets));
      const address = sourceOf(feed.source, { feed: feed.name }).datasetUri;
      return { feed, address, target: placeOf(feed.sink) };
    });
    if (options.json === true) for (const row of rows) told.sayJson(factsOf(row));
    else told.say(linesOf(rows));
    return EXIT.ok;
  } catch (error) {
    output.say(describeError('spillway', error, false), dressError);
    return exitStatusOf({ error });
  }
}

/** A feed, and what there is to say of it. */
interface Row {
  readonly feed: PipelineFile;
  readonly address: string;
  /** Where its records go. */
  readonly target: string;
}

function factsOf({ feed: { name, sink, state, spool }, address, target }: Row): object {
  return {
    feed: name ?? null,
    address,
    sink: sink.type,
    target,
    state: state?.path ?? null,
    spool: spool?.path ?? null,
  };
}

function linesOf(rows: readonly Row[]): string[] {
  const cells = rows.map(({ feed: { name = '-', sink, state, spool }, address, target }) => [
    name,
    address,
    `${sink.type} ${target}`,
    [
      ...(state === undefined ? [] : [`state ${state.path}`]),
      ...(spool === undefined ? [] : [`spool ${spool.path}`]),
    ].join(', '),
  ]);
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

const EPILOGUE = `
Examples:
  $ spillway plan feeds.yaml
  $ spillway plan feeds.yaml --json | jq -r .feed
  $ spillway plan feeds.yaml --set depth=20 | wc -l

Exit status: 0 the file is valid; 2 it is not.
`;
