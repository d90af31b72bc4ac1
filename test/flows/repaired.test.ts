import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { spillway, temporaryFolder } from '../cli/cli.js';
import { until } from '../support/until.js';
import { randomNumbers, seedOf } from './support/seed.js';

/** How often each repair is killed. */
const KILLS = 4;

describe('a repair that is killed at any moment', { concurrency: 2 }, () => {
  for (const name of ['trades.jsonl', 'trades.jsonl.gz']) {
    it(`leaves the file as it was, or mended, and the next one does the rest: ${name}`, async (t) => {
      const random = randomNumbers(seedOf(t));
      const path = join(await temporaryFolder(t), name);
      const sound = [...Array(150_000)].map((_, n) => `{"n":${n},"x":${random(1_000_000)}}`);
      // A line in a thousand is damaged.
      const lines = sound.flatMap((line, n) => (n % 1_000 === 999 ? [line.slice(0, -1), line] : [line]));
      const text = Buffer.from(`${lines.join('\n')}\n{"n":`);
      const damaged = name.endsWith('.gz') ? gzipSync(text) : text;
      writeFileSync(path, damaged);
      for (let kill = 0; kill < KILLS; kill++) {
        const run = spillway(t, ['repair', path]);
        const unfinished = `${path}.repairing`;
        const size = random(damaged.length);
        await until(() => run.child.exitCode !== null || sizeOf(unfinished) > size);
        run.child.kill('SIGKILL');
        await run.exit;
        // What was there is under one of its names, whole.
        const isAsItWas = [path, `${path}.bad`].some((one) => existsSync(one) && readFileSync(one).equals(damaged));
        assert.ok(isAsItWas);
      }
      const { status, stdout } = await spillway(t, ['repair', path]).exit;
      assert.equal(status, 0, stdout);
      const mended = readFileSync(path);
      const found = (name.endsWith('.gz') ? gunzipSync(mended) : mended).toString().trimEnd().split('\n');
      assert.deepEqual(
        found.filter((line) => !line.startsWith('{"gap":')),
        sound,
      );
      assert.equal(existsSync(`${path}.repairing`), false);
      assert.equal((await spillway(t, ['verify', '--quiet', path]).exit).status, 0);
    });
  }
});

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? -1;
}
