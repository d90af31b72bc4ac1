import { Command } from 'commander';
import { EXIT, type ExitStatus } from './process/exit-status.js';
import type { RepairOptions } from './repair/options.js';
import { Output } from './terminal/output.js';

/** `spillway repair PATH…`: mends captured files. */
export function repairCommand(output: Output): Command {
  return new Command('repair')
    .summary('mend captured files')
    .description(
      'Mends what spillway verify finds: cuts torn ends off, takes damaged lines out and tells them by a gap line, and has ' +
        'ledgers and manifests tell what is there. No whole record is lost: what is cut off goes to NAME.torn, and a file ' +
        'that is written anew is kept as it was as NAME.bad. --dry-run says what would be done.',
    )
    .argument('<path...>', 'files (.jsonl, .jsonl.gz, .jsonl.zst), folders, manifests, folders of a state')
    .option('-n, --dry-run', 'say what would be done, and change nothing')
    .option('-q, --quiet', 'say nothing of what needs nothing')
    .option('--json', 'a JSON line for each action, each refusal, and a summary')
    .addHelpText('after', EPILOGUE)
    .action(async (paths: readonly string[], options: RepairOptions) => {
      process.exitCode = await mend(paths, options, output);
    });
}

async function mend(paths: readonly string[], options: RepairOptions, errors: Output): Promise<ExitStatus> {
  const [{ repair }, { RepairReporter }] = await Promise.all([
    import('../repair/repair.js'),
    import('./repair/repair-reporter.js'),
  ]);
  const isDryRun = options.dryRun === true;
  const reporter = new RepairReporter(new Output(process.stdout), errors, options);
  const summary = await repair(paths, isDryRun, reporter);
  reporter.conclude(summary);
  return summary.refused > 0 || (isDryRun && summary.actions > 0) ? EXIT.failed : EXIT.ok;
}

const EPILOGUE = `
Examples:
  $ spillway repair --dry-run out/                 what would be done
  $ spillway repair out/                           do it
  $ spillway repair trades.jsonl.gz
  $ spillway repair state/trades                   the file of a state, and its ledger
  $ spillway repair out/ && spillway verify out/

A run that has a folder is not disturbed: repair says who it is, and changes nothing there.

JSON lines on standard output (--json); keys that are not known are null:
  action   kind (cut, ended, rewritten, ledger, manifest), file, aside (where what was
           there is kept), done (false with --dry-run), message
  refusal  file, message: what cannot be mended
  summary  ok, dry_run, sound, actions, refused

Exit status: 0 all is well by now; 1 something cannot be mended, or, with --dry-run,
something is to be done; 2 wrong usage.
`;
