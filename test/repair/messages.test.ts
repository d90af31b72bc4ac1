import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { MANIFEST_NAME } from '../../lib/manifest/manifest.js';
import { flip, keptFeed, sealedFiles } from '../support/audit-files.js';
import { tempFolder } from '../support/temp-folder.js';
import { repaired } from './repaired.js';

const GZIPPED = ['1\n{"n":2}\n', '3\n', '4\n', 'x\n5\n'].map((text) => gzipSync(text)) as [
  Buffer,
  Buffer,
  Buffer,
  Buffer,
];
const JUNK = Buffer.from('hello');
const KEPT = 'What was there before is kept as PATH.bad.';

describe('a repair says what it does to a file, and would do', () => {
  const cases: [name: string, content: string | Buffer, kind: string, message: string, after: string][] = [
    [
      'a.jsonl',
      '1\nx\n2\n',
      'rewritten',
      `It is written anew without its damaged line (2); a gap line in the place of each tells of it. ${KEPT}`,
      '1\nGAP\n2\n',
    ],
    [
      'a.jsonl',
      `${'x\n1\n'.repeat(10)}`,
      'rewritten',
      `It is written anew without its 10 damaged lines (1, 3, 5, 7, 9, 11, 13, 15, 17, 19); a gap line in the place of each tells of it. ${KEPT}`,
      'GAP\n1\n'.repeat(10),
    ],
    [
      'a.jsonl',
      `${'x\n1\n'.repeat(11)}`,
      'rewritten',
      `It is written anew without its 11 damaged lines (1, 3, 5, 7, 9, 11, 13, 15, 17, 19, …); a gap line in the place of each tells of it. ${KEPT}`,
      'GAP\n1\n'.repeat(11),
    ],
    [
      'a.jsonl',
      'x\ny\n1\n',
      'rewritten',
      `It is written anew without its 2 damaged lines (1, 2); a gap line in the place of each tells of it. ${KEPT}`,
      'GAP\n1\n',
    ],
    [
      'a.jsonl',
      '1\n{"n":',
      'cut',
      'Its torn end is cut off, 5 bytes: what is left of the last record is added to PATH.torn.',
      '1\n',
    ],
    [
      'a.jsonl',
      '\ufeff1\n\ufeff2\n3\n',
      'rewritten',
      `It is written anew without its damaged line (2); a gap line in the place of each tells of it. ${KEPT}`,
      '\ufeff1\nGAP\n3\n',
    ],
    [
      'a.jsonl',
      'x\n1\n{"n":3}\0\0',
      'rewritten',
      `It is written anew without its damaged line (1); a gap line in the place of each tells of it. ${KEPT}`,
      'GAP\n1\n{"n":3}\n',
    ],
    [
      'a.jsonl',
      '1\n{',
      'cut',
      'Its torn end is cut off, 1 bytes: what is left of the last record is added to PATH.torn.',
      '1\n',
    ],
    ['a.jsonl', '1\n{"n":3}', 'ended', 'Its last line gets its line feed.', '1\n{"n":3}\n'],
    [
      'a.jsonl.gz',
      Buffer.concat([GZIPPED[0], JUNK, GZIPPED[1]]),
      'rewritten',
      `It is written anew without what cannot be inflated in one place; a gap line in the place of each tells of it. ${KEPT}`,
      '1\n{"n":2}\nGAP\n3\n',
    ],
    [
      'a.jsonl.gz',
      Buffer.concat([GZIPPED[0], JUNK, GZIPPED[1], JUNK, GZIPPED[2]]),
      'rewritten',
      `It is written anew without what cannot be inflated in 2 places; a gap line in the place of each tells of it. ${KEPT}`,
      '1\n{"n":2}\nGAP\n3\nGAP\n4\n',
    ],
    [
      'a.jsonl.gz',
      Buffer.concat([GZIPPED[3], JUNK, GZIPPED[1]]),
      'rewritten',
      `It is written anew without its damaged line (1) and what cannot be inflated in one place; a gap line in the place of each tells of it. ${KEPT}`,
      'GAP\n5\nGAP\n3\n',
    ],
    [
      'a.jsonl.gz',
      Buffer.concat([GZIPPED[0], gzipSync('{"n":3}')]),
      'ended',
      'Its last line gets its line feed.',
      '1\n{"n":2}\n{"n":3}\n',
    ],
  ];
  for (const [name, content, kind, message, after] of cases) {
    it(`${name}: ${message}`, async (t) => {
      const path = await fileWith(t, name, content);
      const told = message.replaceAll('PATH', path);
      const { length } = Buffer.from(content);
      for (const isDryRun of [true, false]) {
        assert.deepEqual(readFileSync(path), Buffer.from(content));
        const { actions, refusals, summary, progress } = await repaired(path, isDryRun);
        const aside = / (\S+\.(bad|torn))\.$/.exec(told)?.[1];
        assert.deepEqual(actions, [{ kind, file: path, aside, message: told }]);
        assert.deepEqual([refusals, summary], [[], { sound: 0, actions: 1, refused: 0 }]);
        assert.deepEqual([...new Set(progress.map(([, , size]) => size))], [length]);
        assert.equal(progress.at(-1)![1], length);
        if (aside !== undefined) assert.equal(existsSync(aside), !isDryRun);
      }
      assert.equal(textOf(path).replaceAll(/\{"gap":.*/g, 'GAP'), after);
      assert.deepEqual((await repaired(path)).sound, [path]);
    });
  }

  it('and what it cannot do, and why', async (t) => {
    const folder = await tempFolder(t);
    const path = join(folder, 'none.jsonl');
    const { refusals, summary } = await repaired([path]);
    assert.deepEqual(refusals, [
      {
        file: path,
        message:
          'It cannot be mended: a part of the path does not exist and cannot be created (ENOENT). Check the path, or give another one.',
      },
    ]);
    assert.deepEqual(summary, { sound: 0, actions: 0, refused: 1 });
    assert.deepEqual((await repaired(folder)).refusals, [
      {
        file: folder,
        message: 'There is nothing in it that could be mended: no JSON lines, no manifest and no ledger.',
      },
    ]);
  });
});

describe('a repair says what it does to a state, and would do', () => {
  const ANEW = 'The ledger is written anew with where the feed and its files are:';
  const kept = (path: string): string => `What was there before is kept as ${path}.bad.`;
  type Feed = Awaited<ReturnType<typeof keptFeed>>;
  const cases: [what: string, change: (feed: Feed) => void, told: (feed: Feed) => [kind: string, message: string][]][] =
    [
      [
        'a digit that is another one',
        ({ output }) => flip(output, 21),
        ({ output }) => [
          [
            'rewritten',
            `It is not what was written, and each of its lines is JSON all the same: a gap line is added that tells of it. ${kept(output)}`,
          ],
          ['ledger', `${ANEW} a file is not as it was.`],
        ],
      ],
      [
        'a ledger that is damaged, and a file that is not',
        ({ ledger }) => writeFileSync(ledger, Buffer.concat([Buffer.from('hello'), readFileSync(ledger)])),
        () => [['ledger', `${ANEW} 5 bytes of it are damaged.`]],
      ],
      [
        'a ledger that is torn and damaged',
        ({ ledger }) => writeFileSync(ledger, Buffer.concat([JUNK, readFileSync(ledger), JUNK, JUNK])),
        () => [['ledger', `${ANEW} 15 bytes of it are damaged.`]],
      ],
      [
        'a ledger of which nothing can be read',
        ({ ledger }) => writeFileSync(ledger, 'hello'),
        ({ ledger }) => [
          [
            'ledger',
            `Nothing of the ledger can be read: it is kept as ${ledger}.bad, and the next run begins anew and adds to its file.`,
          ],
        ],
      ],
      ['a ledger that is empty', ({ ledger }) => truncateSync(ledger, 0), () => []],
      ['a file that is gone', ({ output }) => rmSync(output), () => []],
      [
        'a torn end that it knows nothing of',
        ({ output }) => appendFileSync(output, '{'),
        ({ output }) => [
          ['cut', `Its torn end is cut off, 1 bytes: what is left of the last record is added to ${output}.torn.`],
        ],
      ],
    ];
  for (const [what, change, told] of cases) {
    it(`with ${what}`, async (t) => {
      const feed = await keptFeed(t);
      change(feed);
      const before = [feed.ledger, feed.output].map((path) => existsSync(path) && readFileSync(path));
      const dry = await repaired(feed.state, true);
      assert.deepEqual(
        [feed.ledger, feed.output].map((path) => existsSync(path) && readFileSync(path)),
        before,
      );
      const real = await repaired(feed.state);
      for (const { actions, refusals } of [dry, real]) {
        assert.deepEqual(
          actions.map(({ kind, message }) => [kind, message]),
          told(feed),
        );
        assert.deepEqual(refusals, []);
      }
      if (told(feed).length === 0) assert.ok(real.sound.includes(feed.ledger));
      assert.deepEqual((await repaired(feed.folder)).actions, []);
    });
  }
});

describe('a repair says what it does to a manifest, and would do', () => {
  const sealed = (count: number): Readonly<Record<string, Buffer>> =>
    Object.fromEntries([...Array(count)].map((_, n) => [`${n}.jsonl`, Buffer.from(`{"n":${n}}\n{"n":-${n}}\n`)]));
  const cases: [what: string, count: number, change: (folder: string) => void, told: (path: string) => string[]][] = [
    [
      'a file that is another one',
      2,
      (folder) => flip(join(folder, '1.jsonl'), 5),
      () => ['It gets a line that tell what is in 1.jsonl now.'],
    ],
    [
      'seven files that are others',
      7,
      (folder) => {
        for (let n = 0; n < 7; n += 1) flip(join(folder, `${n}.jsonl`), 5);
      },
      () => ['It gets 7 lines that tell what is in 0.jsonl, 1.jsonl, 2.jsonl, 3.jsonl, 4.jsonl, … now.'],
    ],
    [
      'five files that are others',
      5,
      (folder) => {
        for (let n = 0; n < 5; n += 1) flip(join(folder, `${n}.jsonl`), 5);
      },
      () => ['It gets 5 lines that tell what is in 0.jsonl, 1.jsonl, 2.jsonl, 3.jsonl, 4.jsonl now.'],
    ],
    [
      'a torn line',
      2,
      (folder) => appendFileSync(join(folder, MANIFEST_NAME), '{"ev'),
      (path) => [`Its torn last line is cut off, 4 bytes: they are added to ${path}.torn.`],
    ],
    [
      'a damaged line',
      3,
      (folder) => {
        const path = join(folder, MANIFEST_NAME);
        flip(path, readFileSync(path).lastIndexOf('{"event"'));
      },
      (path) => [
        `One of its lines is damaged: it is written anew with all that can be read of it. What was there before is kept as ${path}.bad.`,
        'It gets a line that tell what is in 2.jsonl now.',
      ],
    ],
    [
      'lines that are damaged, and one that follows none',
      3,
      (folder) => {
        const path = join(folder, MANIFEST_NAME);
        flip(path, 0);
        flip(path, readFileSync(path).lastIndexOf('{"event"'));
      },
      (path) => [
        `3 of its lines are damaged: it is written anew with all that can be read of it. What was there before is kept as ${path}.bad.`,
        'It gets 2 lines that tell what is in 0.jsonl, 2.jsonl now.',
      ],
    ],
    ['a part that is being written', 2, (folder) => writeFileSync(join(folder, '9.jsonl.part'), '1\n'), () => []],
    ['a file that it does not name', 2, (folder) => writeFileSync(join(folder, '9.jsonl'), '1\n'), () => []],
  ];
  for (const [what, count, change, told] of cases) {
    it(`with ${what}`, async (t) => {
      const folder = await sealedFiles(t, sealed(count));
      change(folder);
      const path = join(folder, MANIFEST_NAME);
      const before = readFileSync(path);
      const dry = await repaired(folder, true);
      assert.deepEqual(readFileSync(path), before);
      const real = await repaired(folder);
      for (const { actions } of [dry, real]) {
        assert.deepEqual(
          actions.filter(({ kind }) => kind === 'manifest').map(({ message }) => message),
          told(path),
        );
      }
      assert.deepEqual(
        [readFileSync(path).equals(before), real.sound.includes(path)],
        told(path).length === 0 ? [true, true] : [false, false],
      );
      assert.deepEqual((await repaired(folder)).actions, []);
    });
  }
});

function textOf(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}

async function fileWith(t: TestContext, name: string, content: string | Buffer): Promise<string> {
  const path = join(await tempFolder(t), name);
  writeFileSync(path, content);
  return path;
}
