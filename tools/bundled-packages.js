// A part of the build: the packages that become a part of dist/, and their licences. Each would be many small files that the
// command finds, opens and (of CommonJS) searches for exports one by one, which took longer than all else of its start.
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { buildSync, transformSync } from 'esbuild';

const root = join(import.meta.dirname, '..');
const BUNDLED = /^(commander|fastest-levenshtein|yaml|ajv\/dist\/runtime\/.+)$/;

/**
 * `ws` stays a package of its own, which users get mended by itself. But to find out what its modules export, as Node.js does
 * for `import`, takes a fifth of the command's start; for `require()` nobody asks.
 */
const REQUIRED = 'ws';
const REQUIRING = 'ws.cjs';
const REQUIRED_MODULE = `import ws from '${REQUIRING}'; export default ws; export const { WebSocket, WebSocketServer } = ws;`;

/** For what is of CommonJS and requires modules of Node.js. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);\n";

/** Whether a module comes out of an installed package. */
export function isExternal(id) {
  return /^[^./\0]/.test(id) && !BUNDLED.test(id) && id !== REQUIRED;
}

/** What is imported under another name than it has, by the files of dist/chunks/. */
export const PATHS = { [REQUIRING]: `./${REQUIRING}` };

/** A plugin of rollup's. */
export function bundledPackages() {
  const names = new Set();
  return {
    name: 'bundled-packages',
    resolveId: (id) => (BUNDLED.test(id) || id === REQUIRED ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith('\0')) return null;
      if (id === `\0${REQUIRED}`) return REQUIRED_MODULE;
      const { outputFiles, metafile } = buildSync(bundling(id.slice(1)));
      const [{ imports }] = Object.values(metafile.outputs);
      for (const path of Object.keys(metafile.inputs)) names.add(/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)[1]);
      return (imports.length > 0 ? REQUIRE : '') + outputFiles[0].text;
    },
    generateBundle() {
      const emit = (fileName, source) => this.emitFile({ type: 'asset', fileName, source });
      emit('LICENSES.txt', [...names].sort().map(licenceOf).join('\n\n'));
      emit(`chunks/${REQUIRING}`, transformSync(readFileSync(join(root, 'tools', REQUIRING), 'utf8')).code);
    },
  };
}

function bundling(id) {
  return {
    absWorkingDir: root,
    entryPoints: [id],
    outdir: root,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    // `yaml` has modules for any platform but `node`.
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: builtinModules.flatMap((name) => [name, `node:${name}`]),
  };
}

function licenceOf(name) {
  const folder = join(root, 'node_modules', name);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  return `${name} ${version}\n\n${readFileSync(join(folder, licence), 'utf8').trim()}\n`;
}
