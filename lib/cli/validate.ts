import { Command, InvalidArgumentError } from 'commander';
import { ConfigError } from '../errors.js';
import { dressError } from './dress.js';
import { EXIT, type ExitStatus } from './exit-status.js';
import { formatNumber } from './format.js';
import { Output } from './output.js';
import { addSettingOption, type Settings } from './settings.js';

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
    .option('--json', 'a JSON line for each file: file, valid, problems (path, message, line, column)');
  return addSettingOption(command)
    .addHelpText('after', EPILOGUE)
    .action(async (files: readonly string[], options: ValidateOptions) => {
      process.exitCode = await validate(files, options, new Output(process.stdout));
    });
}

interface ValidateOptions {
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly set?: Settings;
}

async function validate(files: readonly string[], options: ValidateOptions, output: Output): Promise<ExitStatus> {
  const { usablePipeline } = await import('./usable-pipeline.js');
  let status: ExitStatus = EXIT.ok;
  for (const path of files) {
    const file = path === '-' ? '(standard input)' : path;
    let failure: ConfigError | undefined;
    try {
      await usablePipeline(path, options.set);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      failure = error;
      status = EXIT.usage;
    }
    tell(file, failure, options, output);
  }
  return status;
}

function tell(file: string, failure: ConfigError | undefined, { json, quiet }: ValidateOptions, output: Output): void {
  if (failure === undefined && quiet === true) return;
  const problems = failure?.problems ?? [];
  if (json === true) output.sayJson({ file, valid: failure === undefined, problems });
  else if (failure === undefined) output.say(`${file}: valid`);
  else output.say(`${file}: ${formatNumber(problems.length, 'problem')}\n${failure.message}`, dressError);
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
