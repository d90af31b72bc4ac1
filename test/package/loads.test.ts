import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../support/readme.js';

/** Which of our dependencies a program loads when it imports one of our sub-paths, and does nothing else. */
const LOADS: Readonly<Record<string, readonly string[]>> = {
  spillway: ['through2', 'ws'],
  'spillway/kafka': [],
  'spillway/telemetry': [],
  'spillway/testing': ['split2', 'stream-json', 'ws'],
};

/** Packages that are a part of what is built and the command's alone: a text that no other code has. */
const WITHIN: Readonly<Record<string, string>> = {
  commander: 'commander.unknownOption',
  yaml: 'Plain value cannot start with',
};

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
};

for (const [specifier, packages] of Object.entries(LOADS)) {
  test(`Importing ${specifier} loads no dependency of the command's or of one sink's`, () => {
    const files = loadedBy(specifier);
    const known = { ...manifest.dependencies, ...manifest.peerDependencies };
    const loaded = Object.keys(known).filter((name) => files.some((file) => isOf(name, file)));
    assert.deepEqual(loaded.sort(), packages);
    assert.ok(files.some((file) => file.includes('/dist/')));
    assert.deepEqual(
      files.filter((file) => file.includes('/dist/cli/')),
      [],
    );
    const built = files.filter((file) => file.includes('/dist/') && !file.includes('/node_modules/'));
    assert.deepEqual(within(built), []);
  });
}

test('What every sub-path loads is written down here', () => {
  const paths = Object.keys(manifest.exports).filter((path) => path !== './package.json');
  assert.deepEqual(paths.map((path) => `spillway${path.slice(1)}`).sort(), Object.keys(LOADS).sort());
});

test('The packages within what is built are known by their texts', () => {
  const dist = join(ROOT, 'dist');
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'));
  assert.deepEqual(within(files.map((file) => join(dist, file))).sort(), Object.keys(WITHIN).sort());
});

test('No declaration says what TypeScript 5.4 cannot read', () => {
  const dist = join(ROOT, 'dist');
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.d.ts'));
  assert.notEqual(files.length, 0);
  const tooNew = files.filter((file) => /\b(Buffer|Uint8Array)</.test(readFileSync(join(dist, file), 'utf8')));
  assert.deepEqual(tooNew, []);
});

test('No declaration shows what only the kin of a class or Node calls', () => {
  const dist = join(ROOT, 'dist');
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.d.ts'));
  // What a Transform of Node's has, one with types must have, too.
  const classes = files.filter((file) => !file.endsWith('typed-streams.d.ts'));
  const shown = classes.filter((file) =>
    /^ {4}(?:protected (?!constructor)|_\w+\()/m.test(readFileSync(join(dist, file), 'utf8')),
  );
  assert.deepEqual(shown, []);
});

function within(files: readonly string[]): string[] {
  const code = files
    .map((file) => readFileSync(file.startsWith('file:') ? fileURLToPath(file) : file, 'utf8'))
    .join('\n');
  return Object.keys(WITHIN).filter((name) => code.includes(WITHIN[name] as string));
}

function isOf(name: string, file: string): boolean {
  return file.includes(`/node_modules/${name}/`);
}

/** The address of every file that is loaded in a fresh process, of what is built, by `import` and by `require()`. */
function loadedBy(specifier: string): string[] {
  const program = `
    await import(${JSON.stringify(specifier)});
    for (const path of Object.keys(createRequire(import.meta.url).cache)) console.log(path);
  `;
  const withHook = `
    import { createRequire, register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(TELL_LOADS)}));
    ${program}
  `;
  // Node 26 deprecates `register()`; what takes its place is not in Node 20.
  const args = ['--disable-warning=DEP0205', '--input-type=module', '--eval', withHook];
  return execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean);
}

/** A loader hook that says what is resolved. */
const TELL_LOADS = `
  import { writeSync } from 'node:fs';
  export async function resolve(name, context, next) {
    const found = await next(name, context);
    if (found.url.startsWith('file:')) writeSync(1, found.url + '\\n');
    return found;
  }
`;
