import { type Command, Option } from 'commander';
import { optionError } from '../../errors.js';
import type { ResolvedSink } from '../../feed/sinks.js';
import type { OpenSink } from '../../sink/kind.js';
import type { Reporter } from '../report/reporter.js';

/** What a run does at SIGHUP. */
export type OnHangup = (typeof WORDS)[number];

/** Gives a command the option that says what SIGHUP is for. */
export function addHangupOption(command: Command): Command {
  return command.addOption(
    new Option(
      `${FLAG} <word>`,
      'at SIGHUP: stop in good order, reopen the file (for logrotate), or ignore it (default: stop, and ignore under nohup)',
    ).choices(WORDS),
  );
}

/** @throws {ConfigError} when a sink is to be reopened that is no file */
export async function checkHangup(onHangup: OnHangup | undefined, { type }: ResolvedSink): Promise<void> {
  if (onHangup !== 'reopen') return;
  const { reopenableSinks } = await import('../../feed/sinks.js');
  const able = reopenableSinks();
  if (able.includes(type)) return;
  const words = able.map((one) => `\`${one}\``).join(', ');
  throw optionError(FLAG, `The sink \`${type}\` has no file to reopen: that is for ${words}. Use stop or ignore.`);
}

/** What {@link onStopSignals} is to do at SIGHUP. */
export function hangupHandler(
  onHangup: OnHangup | undefined,
  sinks: Iterable<Pick<OpenSink, 'reopen' | 'target'>>,
  reporter: Pick<Reporter, 'reopened' | 'reopenFailed'>,
): 'stop' | (() => void) | undefined {
  if (onHangup === 'ignore') return () => {};
  // On Windows it is never a request: a console window was closed, and the process has some seconds left.
  if (onHangup !== 'reopen' || process.platform === 'win32') return onHangup && 'stop';
  return () => {
    for (const { reopen, target } of sinks) {
      void reopen?.().then(
        () => reporter.reopened(target),
        (error: unknown) => reporter.reopenFailed(error),
      );
    }
  };
}

/** What was asked for, before anybody has read the options: a signal may come sooner. */
export function hangupAskedFor(argv: readonly string[] = process.argv): string | undefined {
  const at = argv.findLastIndex((word) => word === FLAG || word.startsWith(`${FLAG}=`));
  return at === -1 ? undefined : argv[at]!.slice(FLAG.length + 1) || argv[at + 1];
}

const FLAG = '--on-hangup';
const WORDS = ['stop', 'reopen', 'ignore'] as const;
