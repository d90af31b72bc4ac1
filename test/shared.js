// Which test files can share a process. To start one costs as much as most of them take: Node, the runner, and what they import.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const here = import.meta.dirname;

/**
 * Test files, by their paths below this folder, as the programs to run: those that keep to themselves in groups, by an entry
 * that imports them, each other one by itself. Tests of a group run one after the other.
 *
 * @param files Their paths.
 * @param compiled Where their JavaScript is.
 */
export function programsOf(files, compiled) {
  const entries = join(compiled, 'shared');
  rmSync(entries, { recursive: true, force: true });
  const program = (file) => join(compiled, 'test', file.replace(/\.ts$/, '.js'));
  const shared = files.filter((file) => keepsToItself(join(here, file)));
  if (shared.length < 2) return files.map(program);
  mkdirSync(entries);
  const groups = Array.from({ length: Math.ceil(shared.length / GROUP) }, (_, group) => {
    const entry = join(entries, `${group}.test.js`);
    const members = shared.slice(group * GROUP, (group + 1) * GROUP);
    writeFileSync(entry, members.map((file) => `import '${relative(entries, program(file))}';\n`).join(''));
    return entry;
  });
  return [...groups, ...files.filter((file) => !shared.includes(file)).map(program)];
}

/** Whether neither a test file nor what it imports of this folder has to do with its process as a whole. */
function keepsToItself(path) {
  const text = readFileSync(path, 'utf8');
  return (
    !WHOLE_FILE.test(text) &&
    !ANY_KEYS.test(text) &&
    [path, ...helpersOf(path)].every((file) => !PROCESS.test(readFileSync(file, 'utf8')))
  );
}

/** What a file of this folder imports of it, and what that imports. */
function helpersOf(path, found = new Set()) {
  for (const [, specifier] of readFileSync(path, 'utf8').matchAll(/from '(\.[^']+)\.js'/g)) {
    const file = `${join(dirname(path), specifier)}.ts`;
    if (relative(here, file).startsWith('..') || found.has(file) || !existsSync(file)) continue;
    found.add(file);
    helpersOf(file, found);
  }
  return found;
}

/** It starts processes or threads, listens to its own, changes what all of it has, or measures it. */
const PROCESS =
  /child_process|worker_threads|node:cluster|diagnostics_channel|async_hooks|\bgc\b|\bheap|\bprocess\.(?!env\[|platform|version|pid\b|execPath|nextTick|hrtime)|process\.env\[[^\]]+\] =|cli\/process\/|globalThis|mock\.(timers|module|method)/;
/** Hooks of a whole file, which would be those of all. */
const WHOLE_FILE = /^(before|after|beforeEach|afterEach)\(/m;
/**
 * It compares with `JSON.parse` on texts with any keys. Node 24 and 26 misread an escape in a key where one that ends in a backslash stood
 * before, in any object of that shape (https://github.com/nodejs/node/issues/63785): so no other file's keys may come first.
 */
const ANY_KEYS = /json\/generate\.js'|'\.\/generate\.js'/;
const GROUP = 16;
