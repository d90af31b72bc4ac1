import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { jsonLines, spillway, temporaryFolder } from '../cli/cli.js';
import { allFiles, linesOf, sealedFiles } from '../sink/rolled/support.js';
import { feed } from '../support/feed.js';
import { KILLS, killed } from './support/killed.js';
import type { StoredLine } from './support/numbered.js';
import { randomNumbers, seedOf } from './support/seed.js';

describe('a run whose dead letters are rolled, killed at any moment, with a state,', { concurrency: 2 }, () => {
  for (const [what, output] of [
    ['a file', 'out.jsonl'],
    ['rolled files', 'out/%Y.jsonl.gz'],
  ] as const) {
    it(`has every letter of what is acknowledged, once and whole, in files that are what their manifest says: beside ${what}`, async (t) => {
      const { run, letters, records, dead } = await killedFeed(t, output);
      await run();
      const sealed = sealedFiles(dead);
      assert.ok(sealed.length > KILLS / 2, `${sealed.length} files`);
      assert.deepEqual(
        allFiles(dead).filter((path) => path.endsWith('.part')),
        [],
      );
      const refused = sealed.flatMap(({ path }) => letters(path));
      assert.equal(new Set(refused).size, refused.length, 'a letter twice');
      checkRefused(records(), new Set(refused));
    });
  }

  it('says once with replay what was refused, also where a kill has left files that are not finished', async (t) => {
    const { run, kill, letters, dead, file } = await killedFeed(t, 'out.jsonl');
    // Each kill may come before the first letter.
    await run();
    await kill();
    const parts = allFiles(dead).filter((path) => path.endsWith('.part'));
    const whole = [...sealedFiles(dead, true).map(({ path }) => path), ...parts].flatMap(letters);
    const { status, stdout, stderr } = await spillway(t, ['replay', file, '--dry-run', '--json']).exit;
    assert.equal(status, 0, stderr);
    assert.equal(jsonLines(stdout)[0]?.['letters'], whole.length);
  });
});

/** Between two records with no gap between them, nothing is missing that is not a dead letter. */
function checkRefused(lines: readonly StoredLine[], refused: ReadonlySet<number>): void {
  let number: number | undefined;
  for (const { n, gap } of lines) {
    if (gap !== undefined) {
      number = undefined;
      continue;
    }
    for (let missing = (number ?? n) + 1; missing < n; missing++) {
      assert.ok(isRefused(missing), `${missing} is missing, and nothing tells it`);
      assert.ok(refused.has(missing), `${missing} was refused, and is no dead letter`);
    }
    number = n;
  }
}

/** A feed of which some is refused, that is killed again and again, and then ends well. */
async function killedFeed(t: TestContext, output: string) {
  const random = randomNumbers(seedOf(t));
  const root = await temporaryFolder(t);
  const [dead, state, file] = [join(root, 'dead'), join(root, 'state'), join(root, 'feed.json')];
  let sent = 0;
  function* frames(): Generator<string> {
    for (;;) {
      const n = sent++;
      yield isRefused(n) ? `{"n":${n},` : `{"n":${n}}`;
    }
  }
  const server = await feed(t, (client) => client.sendMany(frames()).then(() => {}));
  const config = { url: server.url, reconnect: true, max_messages: undefined as number | undefined };
  const write = (source: object): Promise<void> => {
    const pipeline = {
      source: { type: 'websocket', config: { batch_size: 70, linger: '2ms', unbounded: true, ...source } },
      sink: { type: 'jsonl', config: { path: join(root, output) } },
      ...{ state, dlq: { path: join(dead, '%Y/refused.jsonl.gz'), roll: { records: 100 } } },
    };
    return writeFile(file, JSON.stringify({ version: 1, pipeline }));
  };
  const kill = async (): Promise<void> => {
    await write(config);
    await killed({
      ...{ random, state, most: MOST, begin: () => spillway(t, ['run', file, '--quiet']) },
      afterEach: () => void (existsSync(dead) && sealedFiles(dead, true)),
    });
  };
  const lines = (folder: string, path: string) => linesOf(join(folder, path)).map((line) => JSON.parse(line) as object);
  return {
    ...{ file, dead, kill },
    letters: (path: string) =>
      lines(dead, path).map((letter) => {
        const { data, code } = letter as { readonly data: string; readonly code: string };
        assert.equal(code, 'ERR_PARSE');
        return Number(/^\{"n":(\d+),$/.exec(data)?.[1]);
      }),
    records: () => {
      const isOne = output === 'out.jsonl';
      const folder = isOne ? root : join(root, 'out');
      const paths = isOne
        ? [output]
        : [
            ...sealedFiles(folder).map(({ path }) => path),
            ...allFiles(folder).filter((path) => path.endsWith('.part')),
          ];
      return paths.flatMap((path) => lines(folder, path) as StoredLine[]);
    },
    async run(): Promise<void> {
      await kill();
      await write({ ...config, max_messages: 1_000 });
      const { status, stderr } = await spillway(t, ['run', file, '--quiet']).exit;
      assert.equal(status, 0, stderr);
      const verified = await spillway(t, ['verify', dead]).exit;
      assert.equal(verified.status, 0, verified.stdout);
    },
  };
}

function isRefused(n: number): boolean {
  return n % 7 === 3 || n % 50 < 4;
}

const MOST = 5_000;
