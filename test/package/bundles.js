// Bundles programs that use the packed package, with the bundlers that people have, and runs what comes out where there is no
// node_modules: `npm run test:package`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { packed } from './project.js';

const folder = mkdtempSync(join(tmpdir(), 'spillway-bundles-'));
const run = (file, ...args) => execFileSync(file, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
after(() => rmSync(folder, { recursive: true, force: true }));

/** One program that comes to all that is loaded late: a schema, compiled ones, big integers, a file. */
const PROGRAM = `
import { pipeline } from 'node:stream/promises';
import { batch, createSource, jsonlFile, parse, validate, WebSocketReadable } from 'spillway';
import { createFeedServer } from 'spillway/testing';

async function main() {
  const server = await createFeedServer({ onConnection: async (client) => {
    for (const text of ['{"n":1}', '{"n":"no"}', '{"n":9007199254740993}']) await client.send(text);
    await client.close(1000);
  } });
  const schema = { type: 'object', properties: { n: { not: { type: 'string' } } } };
  const config = { url: server.url, unbounded: true, record_schema: schema, big_integers: 'bigint', on_invalid_record: 'skip' };
  const values = await createSource(config).fetchAll();
  const sink = jsonlFile(process.argv[2]);
  await pipeline(new WebSocketReadable(server.url), parse(), validate(schema, { onError: 'skip' }), batch(), sink);
  await server.close();
  console.log(values.map(({ n }) => String(n)).join(), sink.stats.records);
}
main();
`;
const ERROR_ALONE = `import { ConnectError } from 'spillway'; console.log(ConnectError.prototype instanceof Error);`;

/** How each bundles `entry` into `out`; what is optional stays outside. */
const BUNDLERS = {
  esbuild(entry, out, format) {
    const flags = ['--bundle', '--minify', '--platform=node', `--format=${format}`, '--log-level=error'];
    const given = format === 'esm' ? [`--banner:js=${REQUIRE}`] : [];
    run(
      'npx',
      'esbuild',
      entry,
      ...flags,
      ...given,
      ...OPTIONAL.map((name) => `--external:${name}`),
      `--outfile=${out}`,
    );
  },
  rollup(entry, out, format) {
    run(
      'npx',
      'rollup',
      '--config',
      'rollup.config.js',
      '--silent',
      '--input',
      entry,
      '--file',
      out,
      '--format',
      format,
    );
  },
  webpack(entry, out, format) {
    run(
      'npx',
      'webpack',
      'build',
      '--config',
      'webpack.config.cjs',
      '--env',
      `entry=${entry}`,
      `out=${out}`,
      `format=${format}`,
    );
  },
};
/** As `docs/library.md` says: packages of CommonJS, such as ws, require modules of Node.js. */
const REQUIRE = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;
const OPTIONAL = ['@platformatic/kafka', 'kafkajs', 'bufferutil', 'utf-8-validate'];

const CONFIGS = {
  'rollup.config.js': `
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
export default {
  external: ${JSON.stringify(OPTIONAL)},
  plugins: [resolve({ preferBuiltins: true }), commonjs({ ignoreTryCatch: true }), json(), terser()],
  output: { inlineDynamicImports: true },
};
`,
  'webpack.config.cjs': `
module.exports = ({ entry, out, format }) => ({
  mode: 'production',
  target: 'node20',
  entry: './' + entry,
  externals: Object.fromEntries(${JSON.stringify(OPTIONAL.slice(0, 2))}.map((name) => [name, (format === 'esm' ? 'import ' : 'commonjs ') + name])),
  optimization: { splitChunks: false },
  plugins: [new (require('webpack').optimize.LimitChunkCountPlugin)({ maxChunks: 1 })],
  experiments: { outputModule: format === 'esm' },
  output: { path: __dirname, filename: out, library: { type: format === 'esm' ? 'module' : 'commonjs2' } },
});
`,
};

before(() => {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'bundled', private: true, type: 'module' }));
  const plugins = ['commonjs', 'json', 'node-resolve', 'terser'].map((name) => `@rollup/plugin-${name}`);
  run(
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    packed().path,
    'esbuild',
    'rollup',
    ...plugins,
    'webpack',
    'webpack-cli',
  );
  for (const [name, text] of Object.entries(CONFIGS)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'program.js'), PROGRAM);
  writeFileSync(join(folder, 'error.js'), ERROR_ALONE);
});

for (const [name, bundle] of Object.entries(BUNDLERS)) {
  for (const [format, suffix] of [
    ['esm', 'mjs'],
    ['cjs', 'cjs'],
  ]) {
    test(`a bundle by ${name} to ${format} does its work where there is no node_modules`, () => {
      const out = `program-${name}.${suffix}`;
      bundle('program.js', out, format);
      const elsewhere = mkdtempSync(join(tmpdir(), 'spillway-bundle-'));
      try {
        const script = join(elsewhere, out);
        run('cp', out, script);
        const said = execFileSync(process.execPath, [script, join(elsewhere, 'out.jsonl')], {
          cwd: elsewhere,
          encoding: 'utf8',
        });
        assert.equal(said, '1,9007199254740993 2\n');
      } finally {
        rmSync(elsewhere, { recursive: true, force: true });
      }
    });

    test(`who imports one error class gets little else from ${name}, to ${format}`, () => {
      const out = `error-${name}.${suffix}`;
      bundle('error.js', out, format);
      assert.equal(run(process.execPath, out), 'true\n');
      const { size } = statSync(join(folder, out));
      assert.ok(size < 5_000, `${size} bytes`);
    });
  }
}
