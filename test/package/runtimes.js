// Runs programs with the packed package in other runtimes than Node.js, where they can be installed: `npm run test:package`.
import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createFeedServer } from '../../dist/testing/index.js';
import { project } from './project.js';

const QUICK_START = join(import.meta.dirname, '../../examples/quick-start.ts');

/** How each runs a file, as `docs/library.md` says; `npm` installs both. */
const RUNTIMES = {
  deno: {
    version: '2.9.6',
    run: ['run', '--no-prompt', '--allow-net', '--allow-read=.', '--allow-write=.', '--allow-env'],
  },
  bun: { version: '1.4.5', run: ['run'] },
};

for (const [name, { version, run }] of Object.entries(RUNTIMES)) {
  describe(name, () => {
    let there;
    let missing;
    before(async () => {
      there = await project(name, {
        packages: [`${name}@${version}`],
        files: { 'tour.js': readFileSync(join(import.meta.dirname, 'tour.js'), 'utf8') },
      }).catch((error) => {
        missing = `${name} ${version} cannot be installed here: ${error.message.split('\n')[0]}`;
      });
      // Its package is there for every platform, its program is not.
      await there?.run('npx', name, '--version').catch((error) => {
        missing = `${name} ${version} does not run here: ${error.message.trim().split('\n').at(-1)}`;
      });
    });

    test('does with a feed what Node.js does', async (t) => {
      if (missing !== undefined) return t.skip(missing);
      const { out } = await there.run('npx', name, ...run, 'tour.js');
      assert.equal(out, 'as in Node.js\n');
    });

    test('runs the quick start, with a server in Node.js', async (t) => {
      if (missing !== undefined) return t.skip(missing);
      const server = await createFeedServer({
        onConnection: async (client) => {
          await client.sendMany(Array.from({ length: 200 }, (_, n) => `{"n":${n}}`));
          await client.closed;
        },
      });
      after(() => server.close());
      cpSync(QUICK_START, join(there.folder, 'quick-start.ts'));
      await there.run('npx', name, ...run, 'quick-start.ts', server.url);
      assert.equal(there.read('out/trades.jsonl').split('\n').length, 101);
    });

    test('runs the command', async (t) => {
      if (missing !== undefined) return t.skip(missing);
      const command = 'node_modules/spillway/dist/cli/main.js';
      const { err } = await there.run('npx', name, ...run, command, 'demo', '--seconds', '0.2', '-o', 'trades.jsonl');
      assert.match(err, /^Ended: +the server closed the connection in good order\.$/m);
      assert.notEqual(there.read('trades.jsonl'), '');
    });
  });
}
