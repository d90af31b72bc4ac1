import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { program } from './program.js';
import { ROOT } from './readme.js';

/** A program under examples/, as a process in a folder of its own. */
export interface RunningExample {
  readonly child: ChildProcess;
  readonly folder: string;
  /** What it wrote into its folder. */
  read(path: string): Promise<Buffer>;
  /** Its end: what it printed; rejects when it failed. */
  readonly ended: Promise<{ readonly stdout: string }>;
}

/** Runs an example until its end. */
export async function runExample(t: TestContext, name: string, ...args: string[]) {
  const { ended, read } = await startExample(t, name, args);
  return { ...(await ended), read };
}

/** Starts an example. It is killed when the test ends. */
export async function startExample(
  t: TestContext,
  name: string,
  args: readonly string[],
  options: { readonly nodeArgs?: readonly string[]; readonly folder?: string } = {},
): Promise<RunningExample> {
  const folder = options.folder ?? (await workFolder(t));
  const child = spawn(
    process.execPath,
    [...(options.nodeArgs ?? []), ...program(join(ROOT, 'examples', name)), ...args],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 },
  );
  t.after(() => child.kill('SIGKILL'));
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = new Promise<{ readonly stdout: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => {
      said.then(([stdout, stderr]) => {
        if (status === 0) resolve({ stdout });
        else reject(new Error(`${name} ended with ${status ?? signal}:\n${stderr}`));
      }, reject);
    });
  });
  // Who waits for something else, such as its first line, may never look at how it ended.
  ended.catch(() => {});
  return { child, folder, ended, read: (path) => readFile(join(folder, path)) };
}

/** A folder that is gone after the test. */
export async function workFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-example-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
