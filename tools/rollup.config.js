// The last part of `npm run build`: puts the modules of build/ together into the few files of dist/ that are loaded at once,
// since Node.js takes longer to find and open a file than to read it. Comments go: users read them in the declarations. Else
// nothing of ours is rewritten: `const` as `var` makes the check of JSON a fifth slower.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { bundledPackages, isExternal, PATHS } from './bundled-packages.js';

const root = join(import.meta.dirname, '..');
const build = join(root, 'build');
const { bin, exports, imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The command, and whatever a program can import: `./testing` as `testing`. */
const ENTRIES = {
  command: nameOf(bin.spillway),
  library: nameOf(exports['.'].default),
  ...Object.fromEntries(
    Object.entries(exports)
      .filter(([name, { default: path }]) => name !== '.' && path !== undefined)
      .map(([name, { default: path }]) => [name.slice(2), nameOf(path)]),
  ),
};
/** What `imports` in package.json gives bundlers in one form and Node.js in another: `#ajv` for the latter's path. */
const FORKS = Object.values(imports).map((forms) => Object.values(forms).map(nameOf));
/** Of these one is loaded, or all for `--help`. */
const COMMANDS = [
  'run',
  'capture',
  'preview',
  'serve',
  'replay',
  'verify',
  'repair',
  'demo',
  'doctor',
  'init',
  'plan',
  'validate',
  'schema',
  'completion',
];
/** What most commands load when they are used. */
const USED = [
  ...['feed/pipeline-file', 'feed/open-feed', 'sink/stdout/stdout', 'config/placeholders/environment'],
  ...[
    'exposure',
    'usable-pipeline',
    'capture/capture-of',
    'capture/flag-values',
    'process/run-pipeline',
    'process/run-feed',
  ].map(inCli),
  ...['report/create-reporter', 'report/notices', 'report/refusals'].map(inCli),
];

export default {
  input: Object.fromEntries([...Object.values(ENTRIES), ...FORKS.flat()].map((name) => [name, pathOf(name)])),
  external: isExternal,
  treeshake: false,
  plugins: [
    bundledPackages(),
    { name: 'forks', resolveId: forkOf },
    { name: 'without-comments', transform: withoutComments },
    { name: 'live-view', generateBundle: addView },
  ],
  output: {
    dir: join(root, 'dist'),
    chunkFileNames: ({ moduleIds }) => `${placeOf(moduleIds)}/[name].js`,
    hoistTransitiveImports: false,
    manualChunks: fileOf,
    onlyExplicitManualChunks: true,
    paths: PATHS,
  },
};

function forkOf(id, importer) {
  if (importer === undefined || !id.startsWith('.')) return null;
  const path = join(importer, '..', id);
  const fork = Object.entries(imports).find(([, forms]) => path === pathOf(nameOf(forms.default)));
  return fork === undefined ? null : { id: fork[0], external: true };
}

/** What is minified already would be written out again. */
function withoutComments(code, path) {
  return path.startsWith(build) && !path.endsWith('compiled-schema.js') ? transformSync(code).code : null;
}

/** What a browser loads is taken along as it is written. */
function addView() {
  const folder = join(root, 'lib/observe/view');
  for (const name of readdirSync(folder)) {
    if (name.endsWith('.d.ts')) continue;
    this.emitFile({ type: 'asset', fileName: `view/${name}`, source: readFileSync(join(folder, name)) });
  }
}

let reached;

/**
 * The name of the file that holds a module: all that load it. So what is in a file is always loaded together. What one entry or
 * one command has for itself is left to rollup, and what is loaded at other times, too.
 */
function fileOf(path, { getModuleInfo }) {
  const from = (names) => reachedFrom(names.map(pathOf), getModuleInfo);
  reached ??= {
    entries: Object.entries(ENTRIES).map(([name, start]) => [name, from([start])]),
    commands: COMMANDS.map((name) => [name, from([inCli(name)])]),
    used: [['used', from(USED)]],
  };
  const [entries, commands, used] = Object.values(reached).map((sets) =>
    sets.filter(([, modules]) => modules.has(path)).map(([name]) => name),
  );
  if (used.length === 0 && entries.length + commands.length < 2) return ownFileOf(path, entries);
  // Whatever else is loaded, `command` was before, and then the command that is named.
  const [first] = entries.includes('command') ? [] : commands.length > 0 ? ['commands'] : used;
  return [...entries, first].filter(Boolean).join('-');
}

/** Of what is the library's alone, its entry only hands on: so bundlers drop what of that a program does not use. */
function ownFileOf(path, [entry]) {
  return entry === 'library' && path !== pathOf(ENTRIES.library) ? entry : undefined;
}

function reachedFrom(starts, getModuleInfo) {
  const found = new Set(starts);
  for (const path of found) {
    for (const imported of getModuleInfo(path).importedIds) {
      if (!getModuleInfo(imported).isExternal) found.add(imported);
    }
  }
  return found;
}

/** What is the command's alone stays in its folder. */
function placeOf(modules) {
  return modules.every((path) => path.startsWith(join(build, 'cli/'))) ? 'cli' : 'chunks';
}

function inCli(name) {
  return `cli/${name}`;
}

function pathOf(name) {
  return join(build, `${name}.js`);
}

/** `./dist/testing/index.js` is `testing/index`. */
function nameOf(path) {
  return path.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, '');
}
