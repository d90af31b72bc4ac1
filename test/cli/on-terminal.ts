import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { ROOT, type Running, SPILLWAY, start } from './cli.js';

/** Why nothing can be run on a pseudo-terminal here; `false` where it can. */
export const noTerminal = spawnSync('python3', ['-c', 'import pty']).status === 0 ? false : 'python3 is not here';

/** How to run a command on a pseudo-terminal. */
interface TerminalOptions {
  readonly env?: Record<string, string>;
  /** @default 80 */
  readonly columns?: number;
  /** What is typed when something was asked, in this order. */
  readonly answers?: readonly (readonly [question: string, answer: string])[];
}

/** Runs `spillway` on a pseudo-terminal: all that it shows is on standard output. */
export function onTerminal(t: TestContext, args: readonly string[], options: TerminalOptions = {}): Running {
  return commandOnTerminal(t, [process.execPath, ...SPILLWAY, ...args], options);
}

/** Runs any command on a pseudo-terminal. */
export function commandOnTerminal(
  t: TestContext,
  command: readonly string[],
  { columns = 80, answers = [], env = {} }: TerminalOptions = {},
): Running {
  const [file, ...args] = terminalOf(columns, answers);
  return start(t, file, [...args, ...command], { env: { TERM: 'xterm', ...env } });
}

/** What starts a command, which is to follow, on a pseudo-terminal of its own. */
export function terminalOf(
  columns: number,
  answers: TerminalOptions['answers'] = [],
): [file: string, ...args: string[]] {
  return ['python3', join(ROOT, 'tools/on-terminal.py'), String(columns), JSON.stringify(answers)];
}
