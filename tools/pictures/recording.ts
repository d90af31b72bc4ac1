import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import xterm from '@xterm/headless';

/** A stretch of a line in one style. */
export interface Run {
  readonly column: number;
  readonly text: string;
  /** A number of the terminal's palette; its own colour when there is none. */
  readonly color: number | undefined;
  readonly isBold: boolean;
  readonly isDim: boolean;
}

/** What was on the screen from some moment on. */
export interface Frame {
  readonly atMs: number;
  readonly lines: readonly (readonly Run[])[];
}

/** A command to type, as it is shown and as it is run. */
export interface Step {
  readonly shown: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Runs commands one after another on a pseudo-terminal, and keeps every picture that the screen showed. Needs python3. */
export async function record(
  steps: readonly Step[],
  options: { readonly columns: number; readonly rows: number; readonly cwd: string },
): Promise<Frame[]> {
  const { columns: cols, rows, cwd } = options;
  const terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true });
  const frames: Frame[] = [];
  const startedAt = performance.now();
  const show = async (data: string | Buffer): Promise<void> => {
    await new Promise<void>((resolve) => terminal.write(data, resolve));
    frames.push({ atMs: Math.round(performance.now() - startedAt), lines: screenOf(terminal) });
  };
  for (const { shown, command, args } of steps) {
    await show(`\x1b[1;32m$\x1b[0m \x1b[1m${shown}\x1b[0m\r\n`);
    // Time to read what was typed.
    await wait(TYPING_MS);
    const env = { ...process.env, TERM: 'xterm-256color', FORCE_COLOR: undefined, NO_COLOR: undefined };
    const child = spawn(
      'python3',
      [join(import.meta.dirname, '../on-terminal.py'), `${cols}`, '[]', command, ...args],
      {
        cwd,
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const ended = new Promise((resolve) => child.once('exit', resolve));
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) await show(chunk);
    if ((await ended) !== 0) throw new Error(`${shown} failed.`);
    await show('\r\n');
  }
  return frames.filter(({ lines }, index) => JSON.stringify(lines) !== JSON.stringify(frames[index - 1]?.lines));
}

function screenOf(terminal: xterm.Terminal): Run[][] {
  const { active } = terminal.buffer;
  return Array.from({ length: terminal.rows }, (_, row) => runsOf(active.getLine(active.viewportY + row)));
}

function runsOf(line: xterm.IBufferLine | undefined): Run[] {
  const runs: Run[] = [];
  let previous: string | undefined;
  for (let column = 0; column < (line?.length ?? 0); column++) {
    const cell = line?.getCell(column);
    const text = cell?.getChars() || ' ';
    const color = cell?.isFgPalette() ? cell.getFgColor() : undefined;
    const style = { color, isBold: cell?.isBold() !== 0, isDim: cell?.isDim() !== 0 };
    const key = JSON.stringify(style);
    const last = runs.at(-1);
    if (last !== undefined && key === previous) runs[runs.length - 1] = { ...last, text: last.text + text };
    else runs.push({ column, text, ...style });
    previous = key;
  }
  return runs.map((run) => ({ ...run, text: run.text.trimEnd() })).filter(({ text }) => text !== '');
}

const TYPING_MS = 700;
