import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { command } from '../support/program.js';
import { within } from '../support/until.js';

/** The arguments for Node that stand for the command `spillway`. */
export const SPILLWAY = command();
export const ROOT = join(import.meta.dirname, '../..');

/** A process under test, and what it said so far. */
export interface Running {
  readonly child: ChildProcess;
  readonly out: Said;
  readonly err: Said;
  /** How it ended, when it has; rejects when that takes too long, counted from when it is asked for. */
  readonly exit: Promise<Exit>;
}

export interface Exit {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly env?: Record<string, string>;
  /** Where it works. @default the root of the project */
  readonly cwd?: string;
  /** What standard input gives. @default nothing */
  readonly input?: string;
  /** More may come after `input`: standard input stays open. */
  readonly isInputOpen?: boolean;
  /** More arguments for Node. */
  readonly nodeArgs?: readonly string[];
  /** Leaves standard output unread. */
  readonly isStdoutUnread?: boolean;
  /** How long it is waited for, in milliseconds. @default a minute */
  readonly longestMs?: number;
}

/** Starts `spillway`. It is killed when the test ends. */
export function spillway(t: TestContext, args: readonly string[], options: StartOptions = {}): Running {
  return start(t, process.execPath, [...(options.nodeArgs ?? []), ...SPILLWAY, ...args], options);
}

/** Starts any executable. It is killed when the test ends. */
export function start(t: TestContext, file: string, args: readonly string[], options: StartOptions = {}): Running {
  const child = spawn(file, args, { cwd: options.cwd ?? ROOT, env: { ...cleanEnvironment(), ...options.env } });
  t.after(() => child.kill('SIGKILL'));
  child.stdin.on('error', () => {});
  child.stdin.write(options.input ?? '');
  if (options.isInputOpen !== true) child.stdin.end();
  const out = new Said(options.isStdoutUnread === true ? undefined : child.stdout);
  const err = new Said(child.stderr);
  const ended = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    const isOver = (status: number | null, signal: NodeJS.Signals | null): void => {
      out.end();
      err.end();
      resolve({ status, signal, stdout: out.text, stderr: err.text });
    };
    // What it said last may be read after its exit. An output that is unread does not close.
    if (options.isStdoutUnread === true) {
      child.once('exit', (...how) => {
        if (child.stderr.closed) isOver(...how);
        else child.stderr.once('close', () => isOver(...how));
      });
    } else child.once('close', isOver);
  });
  const late = (): string => `${[file, ...args].join(' ')} to end. It said:\n${out.text}${err.text}`;
  return {
    child,
    out,
    err,
    get exit() {
      return within(late, ended, options.longestMs);
    },
  };
}

/** What a stream said. */
export class Said {
  text = '';
  #isOver = false;
  readonly #waiting = new Set<() => void>();

  constructor(stream: Readable | undefined) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
      this.#wake();
    });
  }

  /** Resolves as soon as the text matches; rejects when the process ends before, or that takes too long. */
  until(pattern: RegExp): Promise<void> {
    return within(() => `a process to say ${pattern}. It said:\n${this.text}`, this.#until(pattern));
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  async #until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) {
      if (this.#isOver) throw new Error(`The process ended without saying ${pattern}. It said:\n${this.text}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** A folder that is gone after the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-cli-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a pipeline file; without a sink, to `out.jsonl` beside it. */
export async function pipelineFile(
  t: TestContext,
  config: object,
  sink?: object,
): Promise<{ readonly file: string; readonly output: string; readonly folder: string }> {
  const folder = await temporaryFolder(t);
  const output = join(folder, 'out.jsonl');
  const file = join(folder, 'feed.json');
  const pipeline = {
    source: { type: 'websocket', config },
    sink: sink ?? { type: 'jsonl', config: { path: output } },
  };
  await writeFile(file, JSON.stringify({ version: 1, pipeline }));
  return { file, output, folder };
}

/** Every line as JSON. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Without what npm says to its children, and without colours. Where the lines that run are counted, theirs are, too. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_(?!V8_COVERAGE$)|FORCE_COLOR)/i.test(name)),
  );
}
