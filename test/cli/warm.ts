import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { program } from '../support/program.js';
import { within } from '../support/until.js';
import { cleanEnvironment, type Exit, ROOT, SPILLWAY } from './cli.js';

/** One run of the command in a process that is warm already. */
export interface WarmRun {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** What it writes to both outputs when it is over, and once more after its status. */
  readonly mark: string;
}

/** How a command is run in a process that is warm already. */
export interface WarmOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Where it works. @default the root of the project */
  readonly cwd?: string;
  /** What starts Node on a terminal, on which both outputs are one. @default none */
  readonly terminal?: readonly [file: string, ...args: string[]];
}

/**
 * Runs `spillway` as `spillway()` does, in a process that has run it before: in a sixth of the time. For tests of what it says and
 * writes, not of how a process begins, is signalled and ends.
 */
export async function warmSpillway(t: TestContext, args: readonly string[], options: WarmOptions = {}): Promise<Exit> {
  const { env = {}, cwd = ROOT, terminal = [] } = options;
  const kind = terminal.join(' ');
  const warm = idle.get(kind)?.pop() ?? new WarmProcess(terminal);
  let isOver = false;
  // Of a test that does not wait for it.
  t.after(() => {
    if (!isOver) warm.end();
  });
  const exit = await warm.run({ args, env: { ...cleanEnvironment(), ...env }, cwd });
  isOver = true;
  if (warm.isAlive) idle.set(kind, [...(idle.get(kind) ?? []), warm]);
  return exit;
}

const idle = new Map<string, WarmProcess[]>();

class WarmProcess {
  readonly #child: ChildProcess;
  readonly #isTerminal: boolean;
  #stdout = '';
  #stderr = '';
  #look = (): void => {};

  constructor(terminal: readonly string[]) {
    this.#isTerminal = terminal.length > 0;
    const node = [...program(join(import.meta.dirname, 'warm-process.ts')), SPILLWAY.at(-1) as string];
    const [file, ...args] = [...terminal, process.execPath, ...node] as [string, ...string[]];
    this.#child = spawn(file, args, { env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const { stdout, stderr } = this.#streams;
    stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#look();
    });
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#look();
    });
    this.#child.once('close', () => this.#look());
  }

  get isAlive(): boolean {
    return this.#child.connected;
  }

  async run(run: Omit<WarmRun, 'mark'>): Promise<Exit> {
    const mark = `\0${Math.random()}\0`;
    this.#stdout = '';
    this.#stderr = '';
    this.#hold(true);
    const ended = new Promise<Exit>((resolve) => {
      this.#look = () => {
        const exit = this.#exit(mark);
        if (exit !== undefined) resolve(exit);
      };
    });
    this.#child.send({ ...run, mark } satisfies WarmRun);
    const exit = await within(() => `${run.args.join(' ')} to end. It said:\n${this.#stdout}${this.#stderr}`, ended);
    this.#hold(false);
    return exit;
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  /** What there is of a run when it is over; `undefined` before. */
  #exit(mark: string): Exit | undefined {
    const [stdout, stderr] = [this.#stdout, this.#stderr];
    // It has ended itself.
    if (this.#streams.stdout.closed && this.#streams.stderr.closed) {
      return { status: this.#child.exitCode, signal: this.#child.signalCode, stdout, stderr };
    }
    const said = (this.#isTerminal ? [stdout] : [stdout, stderr]).flatMap((text) => text.split(mark));
    if (said.length !== (this.#isTerminal ? 4 : 5)) return undefined;
    return { status: Number(said.at(-2)), signal: null, stdout: said[0]!, stderr: this.#isTerminal ? '' : said[2]! };
  }

  /** An idle one does not keep the process of the tests, which ends it by its own end. */
  #hold(isBusy: boolean): void {
    const { stdout, stderr } = this.#streams;
    for (const held of [this.#child, this.#child.channel, stdout, stderr]) {
      if (isBusy) held?.ref();
      else held?.unref();
    }
  }

  get #streams(): { readonly stdout: Socket; readonly stderr: Socket } {
    return { stdout: this.#child.stdout as Socket, stderr: this.#child.stderr as Socket };
  }
}
