import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { compiledName, compiledOf } from '../../test/compile.js';

/**
 * How a run of a test file ended. When its time was up, it is `endless` if it did not even hear a signal: no test can end a
 * loop of its own process that does not let go. `stopped` is what somebody else's signal makes of it.
 */
export type Verdict = 'passed' | 'failed' | 'timed out' | 'endless' | 'stopped';

export interface RunOptions {
  /** A copy of the tree that is compiled. */
  readonly folder: string;
  /** For what it writes: what a test that is killed leaves behind goes with that folder. */
  readonly temporary: string;
  /** Where V8 writes what ran. */
  readonly coverage?: string;
  readonly signal: AbortSignal;
  /** How long it may take: longer than a test waits for anything. @default 120_000 */
  readonly limitMs?: number;
  /** How long it has to answer a signal then. @default 10_000, enough where others are at work, too */
  readonly answerMs?: number;
}

/** Runs a test file in a process of its own, until its first test fails. */
export function runTest(test: string, options: RunOptions): Promise<Verdict> {
  const { folder, temporary, coverage, signal, limitMs = 120_000, answerMs = 10_000 } = options;
  const compiled = compiledOf(folder);
  const env: NodeJS.ProcessEnv = { ...process.env, TMPDIR: temporary, SPILLWAY_COMPILED: compiled };
  // The runner of this tool's own tests would have its children speak its own protocol.
  for (const name of ['NODE_TEST_CONTEXT', 'NODE_V8_COVERAGE', 'FORCE_COLOR']) delete env[name];
  if (coverage !== undefined) env['NODE_V8_COVERAGE'] = coverage;
  return new Promise((resolve, reject) => {
    const path = join(compiled, compiledName(test));
    const args = ['--import', ANSWERING, '--enable-source-maps', '--test-reporter=tap', path];
    // In a group of its own, so that the processes that it starts end with it.
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let line = '';
    let verdict: Verdict | undefined;
    const end = (why: Verdict): void => {
      verdict ??= why;
      killGroup(child.pid);
    };
    const onLimit = (): void => {
      child.kill('SIGUSR2');
      timer = setTimeout(end, answerMs, 'endless');
    };
    let timer = setTimeout(onLimit, limitMs);
    const onAbort = (): void => end('stopped');
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    const onExit = (): void => killGroup(child.pid);
    // Before the folder goes in which they work.
    process.prependOnceListener('exit', onExit);
    const listen = (chunk: Buffer): void => {
      const text = line + chunk.toString();
      if (FAILURE.test(text) && coverage === undefined) end('failed');
      line = text.slice(text.lastIndexOf('\n') + 1);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('error', reject);
    child.once('exit', (status) => {
      clearTimeout(timer);
      // What ends because the test has, as a command does that is kept warm, writes what it ran before it is gone.
      const isMeasured = coverage !== undefined && verdict === undefined;
      void (isMeasured ? groupEnded(child.pid!, signal) : Promise.resolve()).then(() => {
        signal.removeEventListener('abort', onAbort);
        process.removeListener('exit', onExit);
        // What it has started and left behind.
        killGroup(child.pid);
        if (status === ANSWER) verdict ??= 'timed out';
        resolve(verdict ?? (status === 0 ? 'passed' : 'failed'));
      });
    });
  });
}

/** Waits for all processes of a group, and not for ever: one may have been left that does not end by itself. */
async function groupEnded(pid: number, signal: AbortSignal): Promise<void> {
  const giveUpAt = performance.now() + LEFT_MS;
  while (isGroup(pid) && performance.now() < giveUpAt && !signal.aborted) await wait(20);
}

function isGroup(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is over already.
  }
}

/** So long may what a test has left behind take to end: to write what it ran takes long where others are at work. */
const LEFT_MS = 60_000;
/** A status that nothing else gives. */
const ANSWER = 84;
/** A module that answers a signal as soon as the event loop turns. */
const ANSWERING = `data:text/javascript,process.on('SIGUSR2',()=>process.exit(${ANSWER}))`;
/** A line of the protocol TAP. */
const FAILURE = /^\s*not ok (?!.*# (?:TODO|SKIP)).*\n/m;
