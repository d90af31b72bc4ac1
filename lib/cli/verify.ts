import { Command, Option } from 'commander';
import { optionError } from '../errors.js';
import { parseWhole, reader } from './grammar.js';
import { EXIT, type ExitStatus } from './process/exit-status.js';
import { describeError } from './report/describe-error.js';
import { dressError } from './terminal/dress.js';
import { Output } from './terminal/output.js';
import type { VerifyOptions } from './verify/options.js';

/** `spillway verify PATH…`: what is wrong with files that were captured. */
export function verifyCommand(output: Output): Command {
  return new Command('verify')
    .summary('tell what is wrong with captured files')
    .description(
      'Reads captured files from begin to end, and tells what is wrong with them, by file and line: is each line JSON, ' +
        'and whole; do gap lines make sense; is each file what its ledger or manifest says, each page of a spool what was ' +
        'written; with --sequence, are numbers missing that no gap line tells. It goes on behind damage, and changes nothing.',
    )
    .argument('<path...>', 'files (.jsonl, .jsonl.gz, .jsonl.zst), folders, manifests, folders of a state or a spool')
    .option(
      '--sequence <path>',
      'where a record has a number that goes up, such as data.u: holes must be told by gap lines',
    )
    .option('--sequence-key <path>', 'with --sequence: where a record has a key, when each has a sequence of its own')
    .addOption(
      new Option('--sequence-step <n>', 'with --sequence: how much a number is above the one before it')
        .argParser(reader(parseWhole(1)))
        .default(1),
    )
    .option('-q, --quiet', 'say nothing of files that are well')
    .option('--json', 'a JSON line for each finding, each file, and a summary')
    .addHelpText('after', EPILOGUE)
    .action(async (paths: readonly string[], options: VerifyOptions) => {
      process.exitCode = await verify(paths, options, output);
    });
}

async function verify(paths: readonly string[], options: VerifyOptions, errors: Output): Promise<ExitStatus> {
  const [{ audit }, { VerifyReporter }] = await Promise.all([
    import('../audit/audit.js'),
    import('./verify/verify-reporter.js'),
  ]);
  const reporter = new VerifyReporter(new Output(process.stdout), errors, options);
  try {
    const summary = await audit(paths, { sequence: sequenceOf(options) }, reporter);
    reporter.conclude(summary);
    return summary.wrong === 0 ? EXIT.ok : EXIT.failed;
  } catch (error) {
    errors.say(describeError('spillway', error, false), dressError);
    return EXIT.usage;
  }
}

function sequenceOf({ sequence, sequenceKey, sequenceStep }: VerifyOptions) {
  if (sequence !== undefined) return { path: sequence, key: sequenceKey, step: sequenceStep };
  if (sequenceKey !== undefined) throw optionError('--sequence-key', 'It says whose numbers they are: add --sequence.');
  return undefined;
}

const EPILOGUE = `
Examples:
  $ spillway verify trades.jsonl.gz
  $ spillway verify out/                           every file in a folder, by its manifest if it has one
  $ spillway verify state/trades                   a ledger, and the file that it tells of
  $ spillway verify spool/trades                   the pages that wait there, each by its checksum
  $ spillway verify out/ --sequence data.u --sequence-key data.s
  $ spillway verify out/ --json | jq 'select(.type == "finding" and .wrong)'

JSON lines on standard output (--json); keys that are not known are null:
  finding  kind, wrong (or else only worth knowing), file, line and column (from 1),
           byte (from 0), message
  file     file, bytes, records, gaps, wrong, checked (lines, sequence, ledger, manifest, spool)
  summary  ok, files, bytes, records, gaps, wrong, notes

Exit status: 0 all is well; 1 something is wrong; 2 wrong usage.
`;
