import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TestContext } from 'node:test';
import { batch, jsonlFile, openState, parse } from '../../lib/index.js';
import { MANIFEST_NAME } from '../../lib/manifest/manifest.js';
import { encodeLine, hashOfLine } from '../../lib/manifest/manifest-line.js';
import { frameOf } from './messages.js';
import { tempFolder } from './temp-folder.js';

/** Changes a bit of a byte. */
export function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
}

/** A feed of six records, `{"n":0}` to `{"n":5}`, in pages of two, with a state. */
export async function keptFeed(t: TestContext, name = 'out.jsonl', given?: string) {
  const folder = given ?? (await tempFolder(t));
  const feed = {
    folder,
    output: join(folder, name),
    state: join(folder, 'state'),
    ledger: join(folder, 'state', 'ledger'),
    /** Goes on with more records. */
    async run(numbers: readonly number[]) {
      const state = await openState(feed.state);
      const frames = numbers.map((n) => frameOf(`{"n":${n}}`, { sequence: n, receivedAt: 1_000 + n }));
      const sink = jsonlFile(feed.output, { append: true });
      await pipeline(Readable.from(frames), parse(), batch({ size: 2 }), state.keep(), sink);
      await state.close();
      return state.position;
    },
  };
  await feed.run([0, 1, 2, 3, 4, 5]);
  return feed;
}

/** A folder with files of two records each that a manifest tells of. */
export async function sealedFiles(t: TestContext, files: Readonly<Record<string, Buffer>>): Promise<string> {
  const folder = await tempFolder(t);
  let first = 0;
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const gaps = { count: 0, ms: 0, missing: 0 };
    sealedLine(folder, path, {
      records: 2,
      bytes: content.length,
      sha256,
      gaps,
      firstSequence: first,
      lastSequence: first + 1,
    });
    first += 2;
  }
  return folder;
}

/** What a line of a manifest says of a file. */
interface Facts {
  readonly records: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly gaps: { readonly count: number; readonly ms: number; readonly missing: number };
  readonly firstSequence?: number;
  readonly lastSequence?: number;
}

/** Adds a line to the manifest in a folder. */
export function sealedLine(folder: string, path: string, facts: Facts): void {
  const manifest = join(folder, MANIFEST_NAME);
  writeFileSync(manifest, '', { flag: 'a' });
  const last = readFileSync(manifest, 'utf8').trimEnd().split('\n').at(-1)!;
  const unknown = {
    firstSequence: undefined,
    lastSequence: undefined,
    firstReceivedAt: undefined,
    lastReceivedAt: undefined,
  };
  const previous = last === '' ? null : hashOfLine(Buffer.from(last));
  appendFileSync(manifest, encodeLine({ event: 'sealed', path, ...unknown, ...facts }, previous));
}
