import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { spillway, temporaryFolder } from '../cli/cli.js';
import { allFiles, linesOf, sealedFiles } from '../sink/rolled/support.js';
import { noZstd } from '../support/zstd.js';
import { KILLS, killed } from './support/killed.js';
import { checkLines, numbered, type StoredLine } from './support/numbered.js';
import { randomNumbers, seedOf } from './support/seed.js';

describe('a run whose files are rolled, killed at any moment, also while it seals,', {
  concurrency: 2,
}, () => {
  for (const suffix of ['', '.gz', '.zst']) {
    const skip = suffix === '.zst' && noZstd;
    it(`stores each record once with a state, in order over its files, which are what the manifest says: out.jsonl${suffix}`, {
      skip,
    }, async (t) => {
      const feed = await killedFeed(t, `%Y/out.jsonl${suffix}`);
      const stored = await feed.run();
      const sealed = sealedFiles(feed.folder);
      assert.ok(sealed.length > KILLS / 2, `${sealed.length} files`);
      const lines = [...sealed.map(({ path }) => path), ...feed.parts()].flatMap(feed.lines);
      assert.equal(checkLines(lines, ['not_running']), stored);
      const numbers = sealed.flatMap(({ firstSequence, lastSequence }) => [firstSequence!, lastSequence!]);
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
    });
  }

  it('stores each record once with a state behind a spool', async (t) => {
    const feed = await killedFeed(t, '%Y/out.jsonl.gz', { hasSpool: true });
    const stored = await feed.run();
    const lines = [...sealedFiles(feed.folder).map(({ path }) => path), ...feed.parts()].flatMap(feed.lines);
    assert.ok(checkLines(lines, ['not_running']) >= stored);
  });

  it('leaves nothing but what is whole without a state, and the next one seals all of it', async (t) => {
    const feed = await killedFeed(t, '%Y/out.jsonl.gz', { hasState: false });
    await feed.run();
    const sealed = sealedFiles(feed.folder);
    assert.ok(sealed.length > KILLS / 2, `${sealed.length} files`);
    assert.deepEqual(feed.parts(), []);
    const files = sealed.map(({ path }) => feed.lines(path).map(({ n }) => n));
    for (const numbers of files) {
      for (const [index, n] of numbers.entries()) assert.ok(index === 0 || n > numbers[index - 1]!, `${n} at ${index}`);
    }
    // What was left is sealed in the order in which it was begun.
    const numbers = files.flat();
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(numbers).size, numbers.length);
  });

  it('stores each record once with a state, in the file of its field, and tells all gaps', async (t) => {
    const feed = await killedFeed(t, '{field:group}/out.jsonl.gz');
    const stored = await feed.run();
    const lines = [...sealedFiles(feed.folder).map(({ path }) => path), ...feed.parts()].flatMap((path) => {
      const found = feed.lines(path);
      for (const { n, gap } of found) assert.equal(path.split('/')[0], gap === undefined ? GROUPS[n % 3] : '%none');
      return found;
    });
    // A gap stands behind as many records as it says.
    const records = lines.filter(({ gap }) => gap === undefined).toSorted((a, b) => a.n - b.n);
    const gaps = new Map(lines.flatMap((line) => (line.gap === undefined ? [] : [[line.gap.before_sequence, line]])));
    const inOrder = records.flatMap((record, index) => [...(gaps.has(index) ? [gaps.get(index)!] : []), record]);
    assert.equal(checkLines(inOrder, ['not_running']), stored);
  });
});

/** A feed into files of 200 lines, that is killed again and again, and then ends well. */
async function killedFeed(t: TestContext, template: string, { hasState = true, hasSpool = false } = {}) {
  const random = randomNumbers(seedOf(t));
  const root = await temporaryFolder(t);
  const folder = join(root, 'out');
  const state = join(root, 'state');
  // The last run stores all that a spool has taken in.
  const server = await numbered(t, 100, GROUPS, hasSpool ? 5_000 : undefined);
  const args = [
    ...['capture', server.url, '-o', join(folder, template), '--roll-records', `${ROLL}`],
    ...(hasState ? ['--state', state] : []),
    ...['--batch-size', '70', '--linger', '2ms', '--quiet'],
    ...(hasSpool ? ['--spool', join(root, 'spool')] : []),
  ];
  return {
    folder,
    parts: () => allFiles(folder).filter((path) => path.endsWith('.part')),
    lines: (path: string) => linesOf(join(folder, path)).map((line) => JSON.parse(line) as StoredLine),
    /** Resolves with the number of the next frame. */
    async run(): Promise<number> {
      const stored = await killed({
        ...{ random, state, most: MOST, ...(!hasState && { progress: () => recordsIn(folder) }) },
        begin: () => spillway(t, args),
        // What a kill leaves is what the manifest says, whatever is still to be done.
        afterEach: () => void (existsSync(folder) && sealedFiles(folder, true)),
      });
      const { status, stderr } = await spillway(t, [...args, '--max-messages', '1000']).exit;
      assert.equal(status, 0, stderr);
      const verified = await spillway(t, ['verify', folder]).exit;
      assert.equal(verified.status, 0, verified.stdout);
      return stored + 1_000;
    },
  };
}

/** In finished files, about, by the lines of the manifest. */
function recordsIn(folder: string): number {
  const path = join(folder, 'manifest.jsonl');
  return existsSync(path) ? readFileSync(path, 'latin1').split('\n').length * ROLL : 0;
}

const GROUPS = ['a', 'b', 'c'];
const ROLL = 200;
const MOST = 4_000;
