// Makes JavaScript of the project's TypeScript, each file for itself, below build/suite/. A test file that is compiled
// already starts in a third of the time that tsx takes for it, and what a test starts in processes of its own, too.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';

const root = join(import.meta.dirname, '..');
const FOLDERS = ['lib', 'test', 'tools', 'benchmarks', 'examples'];

/** Below it lies the JavaScript of each file, with the file's own path. */
export const compiled = join(root, 'build/suite');

/** Compiles what is newer than its JavaScript. */
export async function compile() {
  const stale = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, file)),
  )
    .filter((file) => /(?<!\.d)\.[tj]s$/.test(file) && !file.includes('node_modules'))
    .filter((file) => changedAt(join(root, file)) > changedAt(target(file)));
  await Promise.all(stale.map(compileFile));
}

async function compileFile(file) {
  const source = join(root, file);
  const { code } = await transform(readFileSync(source, 'utf8'), {
    loader: 'ts',
    format: 'esm',
    target: 'es2022',
    sourcemap: 'inline',
    sourcesContent: false,
    sourcefile: source,
    // A file that looks for what lies beside it finds it beside its source.
    define: {
      'import.meta.dirname': JSON.stringify(dirname(source)),
      'import.meta.filename': JSON.stringify(source),
      'import.meta.url': JSON.stringify(pathToFileURL(source).href),
    },
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  mkdirSync(dirname(target(file)), { recursive: true });
  writeFileSync(target(file), code);
}

function target(file) {
  return join(compiled, file.replace(/\.ts$/, '.js'));
}

function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
