// What the files beside this one have in common: the packed package, and projects that use it, each in a folder of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { packInto } from '../../tools/measure-package.js';

/** What npm said of the tarball, and its `path`. `run.js` packs once for all files; a file that runs by itself packs its own. */
export function packed() {
  const given = process.env.SPILLWAY_PACKED;
  return given === undefined ? packNow() : JSON.parse(readFileSync(given, 'utf8'));
}

/** Packs into a folder. */
export function packTo(folder) {
  const said = packInto(folder);
  return { ...said, path: join(folder, said.filename) };
}

/**
 * A project with the package, other packages and files: of `copied`, a folder, and of `files`, texts by their paths. It is gone when
 * the process ends. A `package.json` among them may ask for packages, too.
 */
export async function project(name, { packages = [], files = {}, copied }) {
  const folder = folderFor(name);
  if (copied !== undefined) cpSync(copied, folder, { recursive: true });
  const manifest = { 'package.json': JSON.stringify({ name, private: true, type: 'module' }) };
  for (const [path, content] of Object.entries(copied === undefined ? { ...manifest, ...files } : files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const made = projectIn(folder, {});
  await made.run('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', packed().path, ...packages);
  return made;
}

function projectIn(folder, environment) {
  const run = (file, ...args) => ended(spawnIn(folder, environment, file, args));
  return {
    folder,
    /** Runs a command there to its end: what it said to both streams, `out` and `err`. Rejects with all that when it failed. */
    run,
    /** The same with Node.js. */
    node: (...args) => run(process.execPath, ...args),
    /** Starts a program of Node.js: its first line, its end as that of `run()`, and `kill()`. */
    start(...args) {
      const child = spawnIn(folder, environment, process.execPath, args);
      const end = ended(child);
      const line = once(child.stdout, 'data').then(([chunk]) => String(chunk).split('\n')[0]);
      return { ended: end, kill: (signal) => child.kill(signal), firstLine: Promise.race([line, end]) };
    },
    withEnvironment: (more) => projectIn(folder, more),
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    write: (path, content) => writeFileSync(join(folder, path), content),
  };
}

function packNow() {
  return packTo(folderFor('tarball'));
}

function folderFor(name) {
  const folder = mkdtempSync(join(tmpdir(), `spillway-${name}-`));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function spawnIn(cwd, environment, file, args) {
  // What the runner of these tests tells its processes is nothing for a runner within.
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...env } = { ...process.env, ...environment };
  return spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS });
}

async function ended(child) {
  const [out, err, [status, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (status === 0) return { out, err };
  throw new Error(`${child.spawnargs.join(' ')}: ${signal ?? status}\n${out}\n${err}`);
}

const TIMEOUT_MS = 300_000;
