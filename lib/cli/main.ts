#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { packageVersion } from './package-facts.js';
import { keepCompiledCode } from './process/compile-cache.js';
import { catchCrashes } from './process/crash.js';
import { endAtEarlySignals } from './process/early-signals.js';
import { EXIT } from './process/exit-status.js';
import { leaveIfHeld } from './process/leave.js';
import { endWithoutTerminal } from './terminal/closed-terminal.js';
import { withManners } from './terminal/manners.js';
import { Output } from './terminal/output.js';

/**
 * The `spillway` command. It ends by itself, with `process.exitCode`, when nothing is left to do: nobody calls
 * `process.exit()` while something could still be written. The sub-commands load what they need when they are used.
 */
async function main(): Promise<void> {
  keepCompiledCode();
  const output = new Output(process.stderr);
  let isRun = false;
  endAtEarlySignals(() => isRun);
  endWithoutTerminal();
  catchCrashes(output, process.argv.includes('--verbose'));
  // A reader that went away is no reason to fail; where records go to standard output, their sink knows about it.
  process.stdout.on('error', () => {});
  try {
    const root = await program(output, process.argv[2]);
    root.hook('preAction', (_root, command) => {
      isRun = RUNS.has(command.name());
    });
    await root.parseAsync();
    if (isRun && process.exitCode === EXIT.failed) leaveIfHeld(EXIT.failed);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version were asked for, or the usage was wrong: commander has said which.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

/** @param first the first argument: where it names a command, that is the only one to be loaded; for the version none is */
async function program(output: Output, first: string | undefined): Promise<Command> {
  const root = withManners(new Command('spillway'))
    .description('Takes live WebSocket feeds into files: nothing that was received is lost, every gap is visible.')
    .version(versionText(), VERSION_FLAGS.join(', '), 'print the versions of spillway and Node.js')
    .helpOption('-h, --help', 'explain this command')
    .helpCommand('help [command]', 'explain a command')
    .showHelpAfterError('Run it with --help to see what it takes.')
    .addHelpText('after', EPILOGUE);
  const commands = await Promise.all(commandsFor(first).map((load) => load(output, root)));
  for (const command of commands) root.addCommand(command.copyInheritedSettings(root));
  for (const command of [root, ...root.commands]) command.exitOverride();
  return root;
}

function commandsFor(first: string | undefined): readonly Load[] {
  if (first !== undefined && VERSION_FLAGS.includes(first)) return [];
  const isNamed = first !== undefined && first !== COMPLETION && Object.hasOwn(COMMANDS, first);
  return isNamed ? [COMMANDS[first]!] : Object.values(COMMANDS);
}

function versionText(): string {
  return `spillway ${packageVersion()} (Node.js ${process.version})`;
}

const VERSION_FLAGS: readonly string[] = ['-V', '--version'];

/** The command that is about all of them. */
const COMPLETION = 'completion';

type Load = (output: Output, root: Command) => Promise<Command>;

/** One line a command, in the order of the help. */
const COMMANDS: Readonly<Record<string, Load>> = {
  run: async (output) => (await import('./run.js')).runCommand(output),
  capture: async (output) => (await import('./capture.js')).captureCommand(output),
  preview: async (output) => (await import('./preview.js')).previewCommand(output),
  serve: async (output) => (await import('./serve.js')).serveCommand(output),
  replay: async (output) => (await import('./replay.js')).replayCommand(output),
  verify: async (output) => (await import('./verify.js')).verifyCommand(output),
  repair: async (output) => (await import('./repair.js')).repairCommand(output),
  demo: async (output) => (await import('./demo.js')).demoCommand(output),
  doctor: async () => (await import('./doctor.js')).doctorCommand(),
  init: async (output) => (await import('./init.js')).initCommand(output),
  top: async () => (await import('./top.js')).topCommand(),
  plan: async (output) => (await import('./plan.js')).planCommand(output),
  validate: async () => (await import('./validate.js')).validateCommand(),
  schema: async () => (await import('./schema.js')).schemaCommand(),
  [COMPLETION]: async (_output, root) => (await import('./completion.js')).completionCommand(root),
};

/** Commands that the first signal ends with status 0. */
const RUNS: ReadonlySet<string> = new Set(['run', 'capture', 'preview', 'serve', 'replay', 'demo']);

const EPILOGUE = `
Examples:
  $ spillway demo                                   capture a made-up market for some seconds
  $ spillway capture wss://example.com/feed -n 100  the first 100 records of a feed
  $ spillway run trades.yaml                        capture what a pipeline file describes
  $ spillway run trades.yaml --set symbol=btcusdt   fill {symbol} in its url
  $ spillway run - --json < trades.yaml             the file from standard input, progress for machines
  $ spillway init trades.yaml                       write a first pipeline file
  $ spillway doctor trades.yaml                     find out what stands in the way of a run
  $ spillway preview wss://example.com/feed         its first records; --shape: what they look like
  $ spillway serve trades.jsonl --rate 1000/s       a recorded file as a live feed on this machine
  $ spillway replay trades.yaml                     put dead letters through their pipeline again
  $ spillway verify out/                            tell what is wrong with captured files
  $ spillway repair --dry-run out/                  say what of that can be mended
  $ spillway top 127.0.0.1:9464                     watch a run elsewhere, by its --listen
  $ spillway plan feeds.yaml                        the feeds that a file describes, a line each
  $ spillway validate trades.yaml                   tell what is wrong with a pipeline file
  $ spillway help run                               everything about run

Exit status:
  0    the run ended as configured, or by the first SIGINT, SIGTERM or SIGHUP; everything received was written
  1    it failed
  2    wrong usage or configuration; nothing was connected
  130  a second SIGINT or SIGTERM: given up at once
  137  it failed, as with 1, and ended itself by SIGKILL: a disk that hangs held it`;

// Not awaited: what is loaded later may need a module that the build puts into this file, and would wait for its end.
void main();
