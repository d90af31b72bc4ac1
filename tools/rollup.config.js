// The last part of `npm run build`: puts the modules of build/ together into the few files of dist/ that are loaded at once,
// since Node.js takes longer to find and open a file than to read it. What is loaded when it is used stays a file of
// its own; other packages stay what they are. Comments go: users read them in the declarations. Else nothing is rewritten:
// `const` as `var` makes the check of JSON a fifth slower.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';

const root = join(import.meta.dirname, '..');
const { bin, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const paths = [...Object.values(bin), ...Object.values(exports).map((entry) => entry.default)].filter(Boolean);
const MINIFIED = 'compiled-schema';

export default {
  input: Object.fromEntries(paths.map((path) => [nameOf(path), join(root, 'build', `${nameOf(path)}.js`)])),
  external: /^[^./]/,
  treeshake: false,
  plugins: [{ name: 'without-comments', renderChunk }],
  output: {
    dir: join(root, 'dist'),
    chunkFileNames: ({ moduleIds }) => `${placeOf(moduleIds)}/[name].js`,
    hoistTransitiveImports: false,
    manualChunks: (path) => (path.endsWith(`${MINIFIED}.js`) ? MINIFIED : undefined),
  },
};

/** What is minified already would be written out again. */
function renderChunk(code, { name }) {
  return name === MINIFIED ? null : transformSync(code, { charset: 'utf8' }).code;
}

/** What is the command's alone stays in its folder. */
function placeOf(modules) {
  return modules.every((path) => path.startsWith(join(root, 'build/cli/'))) ? 'cli' : 'chunks';
}

/** `./dist/testing/index.js` is `testing/index`. */
function nameOf(path) {
  return path.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, '');
}
