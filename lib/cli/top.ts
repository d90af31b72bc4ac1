import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { visible } from '../visible.js';
import { EXIT, type ExitStatus } from './process/exit-status.js';
import { onStopSignals } from './process/signals.js';
import { Output } from './terminal/output.js';
import { widthOf } from './terminal/width.js';
import { NoEvents, serverEvents, VARIABLE } from './top/event-source.js';
import { Feeds } from './top/feeds.js';
import { tableOf } from './top/table.js';

/** `spillway top URL`: how a run elsewhere is, as a table that goes on. */
export function topCommand(): Command {
  return new Command('top')
    .summary('watch a run elsewhere, a row a feed')
    .description(
      'Shows how a run is that was started with --listen, here or elsewhere: a row a feed, the worst first, as wide as the ' +
        'terminal, until q or Ctrl-C. A run that ends is waited for. Where the output is no terminal, it is one table of plain lines.',
    )
    .argument('<url>', 'where the run listens, such as http://127.0.0.1:9464 or 127.0.0.1:9464')
    .option('--token <token>', `the token of its --listen-token; @file reads it from a file (without: ${VARIABLE})`)
    .option('--once', 'one table, and no more')
    .addHelpText('after', EPILOGUE)
    .action(async (url: string, options: TopOptions) => {
      process.exitCode = await top(url, options, new Output(process.stderr));
    });
}

interface TopOptions {
  readonly token?: string;
  readonly once?: boolean;
}

async function top(given: string, { token: flag, once }: TopOptions, output: Output): Promise<ExitStatus> {
  const stopping = new AbortController();
  const unlisten = onStopSignals({ first: () => stopping.abort(), again: () => process.exit(EXIT.interrupted) });
  try {
    const origin = originOf(given);
    const token = tokenOf(flag);
    if (token !== undefined) output.hide([token]);
    const isTerminal = process.stdout.isTTY === true && process.env['TERM'] !== 'dumb';
    if (once === true || !isTerminal) await tellOnce(origin, token, stopping.signal);
    else await show(origin, token, stopping);
    return EXIT.ok;
  } catch (error) {
    if (stopping.signal.aborted) return EXIT.ok;
    if (error instanceof WrongUsage) {
      output.say(`spillway: ${error.message}`);
      return EXIT.usage;
    }
    if (error instanceof NoEvents) output.say(`spillway: ${error.message}`);
    else if (error instanceof SyntaxError)
      output.say(`spillway: ${visible(given)} is no run of spillway: what it tells is no JSON.`);
    else throw error;
    return EXIT.failed;
  } finally {
    unlisten();
  }
}

async function tellOnce(origin: URL, token: string | undefined, signal: AbortSignal): Promise<void> {
  const feeds = new Feeds();
  for await (const { name, data } of serverEvents(origin, token, signal)) {
    feeds.take(name, data);
    // How fast they are takes two moments.
    if (name === 'delta') break;
  }
  const lines = tableOf(feeds.list(), feeds.at, widthOf(process.stdout));
  await new Promise((resolve) => process.stdout.write(`${lines.map(({ text }) => text).join('\n')}\n`, resolve));
}

async function show(origin: URL, token: string | undefined, stopping: AbortController): Promise<void> {
  const [{ Screen }, { watch }] = await Promise.all([import('./top/screen.js'), import('./top/watch.js')]);
  const { stdin, stdout } = process;
  const onKey = (key: Buffer): void => {
    if (QUITS.test(key.toString())) stopping.abort();
  };
  // Errors of the first connect go to the screen that was there before.
  let screen: InstanceType<typeof Screen> | undefined;
  try {
    if (stdin.isTTY === true) {
      stdin.setRawMode(true);
      stdin.on('error', () => {}).on('data', onKey);
    }
    await watch(origin, token, {
      screen: () => {
        screen ??= new Screen(stdout);
        return screen;
      },
      signal: stopping.signal,
    });
  } finally {
    screen?.close();
    if (stdin.isTTY === true) {
      stdin.off('data', onKey).pause();
      stdin.setRawMode(false);
    }
  }
}

class WrongUsage extends Error {}

function originOf(given: string): URL {
  const text = given.includes('://') ? given : `http://${given}`;
  if (URL.canParse(text) && /^https?:/.test(text)) return new URL(text);
  throw new WrongUsage(
    `${visible(given)} is no address of a run. Expected what \`run --listen\` says, such as http://127.0.0.1:9464.`,
  );
}

function tokenOf(flag: string | undefined): string | undefined {
  const given = flag ?? process.env[VARIABLE];
  if (given === undefined || given === '') return undefined;
  if (!given.startsWith('@')) return given;
  try {
    return readFileSync(given.slice(1), 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new WrongUsage(`--token: The file cannot be read: ${(cause as Error).message}.`);
  }
}

/** Ctrl-C and Ctrl-D are keys while the terminal gives each as it is. */
const QUITS = /[qQ\x03\x04]/;

const EPILOGUE = `
Examples:
  $ spillway top 127.0.0.1:9464
  $ spillway top https://feeds.example.com --token @/run/secrets/listen
  $ spillway top 127.0.0.1:9464 --once | grep -v ' ok '

A row has, as far as there is room: the state (ok, or why not: sink, disconnected, stale,
connecting, subscribing, paused, ended), records a second, the age of the newest record,
gaps and how long they lasted, records that are not stored yet, the backlog of a spool,
reconnects, the lag behind the records' own time, bytes a second, records.

Exit status: 0 it was ended, or the table was told; 1 there is no run there, or it asks for
a token; 2 wrong usage.
`;
