import { Command, InvalidArgumentError } from 'commander';
import { ConfigError, type ConfigProblem } from '../errors.js';
import { addPipelineFlags, type PipelineFlags, pipelineOptions } from './pipeline-flags.js';
import { EXIT, type ExitStatus } from './process/exit-status.js';
import { whatToDo } from './report/describe-error.js';
import { formatNumber } from './report/format.js';
import { noteText, shownName } from './report/note-text.js';
import { dressError } from './terminal/dress.js';
import { Output } from './terminal/output.js';

/** `spillway validate FILE…`: what is wrong with pipeline files, without running them. */
export function validateCommand(): Command {
  const command = new Command('validate')
    .summary('tell what is wrong with pipeline files')
    .description(
      'Reads pipeline files and tells, for each of them, whether it is valid, or every problem in it with line and ' +
        'column. Nothing is connected and nothing is written: `spillway doctor` goes on from there.',
    )
    .argument('<file...>', 'pipeline files, YAML or JSON; - is standard input', addFile)
    .option('-q, --quiet', 'say nothing of valid files')
    .option('--json', 'a JSON line for each file: file, valid, problems and notes (path, message, line, column)');
  return addPipelineFlags(command)
    .addHelpText('after', EPILOGUE)
    .action(async (files: readonly string[], options: ValidateOptions) => {
      process.exitCode = await validate(files, options, new Output(process.stdout));
    });
}

interface ValidateOptions extends PipelineFlags {
  readonly quiet?: boolean;
  readonly json?: boolean;
}

async function validate(files: readonly string[], options: ValidateOptions, output: Output): Promise<ExitStatus> {
  const { usablePipelines } = await import('./usable-pipeline.js');
  let refusal: ConfigError | undefined;
  const given = await pipelineOptions(options);
  for (const path of files) {
    let notes: readonly ConfigProblem[] = [];
    let feeds: readonly unknown[] = [];
    let failure: ConfigError | undefined;
    try {
      ({ notes, feeds } = await usablePipelines(path, given));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      failure = error;
      refusal = error;
    }
    tell(shownName(path), { failure, notes, feeds: feeds.length }, options, output);
  }
  if (refusal === undefined) return EXIT.ok;
  if (options.json !== true) output.say(whatToDo(refusal).trim());
  return EXIT.usage;
}

/** What was found about a file. */
interface Verdict {
  readonly failure: ConfigError | undefined;
  /** Of a valid one. */
  readonly notes: readonly ConfigProblem[];
  /** The same: how many it describes. */
  readonly feeds: number;
}

function tell(
  file: string,
  { failure, notes, feeds }: Verdict,
  { json, quiet }: ValidateOptions,
  output: Output,
): void {
  if (failure === undefined && quiet === true) return;
  const problems = failure?.problems ?? [];
  if (json === true)
    output.sayJson({ file, valid: failure === undefined, ...(feeds > 1 && { feeds }), problems, notes });
  else if (failure === undefined)
    output.say([
      `${file}: valid${feeds > 1 ? `, ${formatNumber(feeds, 'feed')}` : ''}`,
      ...notes.map((note) => noteText(note, file)),
    ]);
  else output.say([`${file}: ${formatNumber(problems.length, 'problem')}`, ...failure.message.split('\n')], dressError);
}

function addFile(path: string, files: readonly string[] = []): readonly string[] {
  if (path === '-' && files.includes('-')) {
    throw new InvalidArgumentError('Standard input (-) can be read only once.');
  }
  return [...files, path];
}

const EPILOGUE = `
Examples:
  $ spillway validate trades.yaml
  $ spillway validate feeds/*.yaml --quiet
  $ spillway validate - --json < trades.yaml | jq .problems

Environment variables that a file asks for (\${env:NAME}) must be set, as they must be for a run.
Exit status: 0 all are valid; 2 one of them is not.
`;
