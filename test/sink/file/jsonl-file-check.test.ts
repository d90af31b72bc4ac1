import assert from 'node:assert/strict';
import { closeSync, constants, existsSync, openSync, readdirSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { SinkCheck } from '../../../lib/sink/check.js';
import { checkJsonlFile } from '../../../lib/sink/file/jsonl-file-check.js';
import type { JsonlFileOptions } from '../../../lib/sink/file/jsonl-file-options.js';
import { temporaryFolder } from '../files.js';

const noUnnamed = hasUnnamedFiles() ? false : 'there are no files without a name here';

describe('checkJsonlFile', () => {
  it('finds that a file can be made in a folder, and leaves none there', async (t) => {
    const folder = temporaryFolder(t);
    assert.deepEqual(await foldersOf(join(folder, 'out.jsonl')), [`${folder} can be written to`]);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('makes no file with a name, which somebody could see, or a process that is killed leave behind', {
    skip: noUnnamed,
  }, async (t) => {
    const folder = temporaryFolder(t);
    const seen: (string | null)[] = [];
    const last = new Promise<void>((resolve) => {
      const watcher = watch(folder, (_event, name) => {
        seen.push(name);
        if (name === 'last') resolve();
      });
      t.after(() => watcher.close());
    });
    await foldersOf(join(folder, 'out.jsonl'));
    writeFileSync(join(folder, 'last'), '');
    await last;
    assert.deepEqual(new Set(seen), new Set(['last']));
  });

  it('tries one with a name where there are none without', { skip: !existsSync('/proc/self') }, async () => {
    const [detail] = await foldersOf('/proc/out.jsonl', false);
    // What the system says of a file there, and not what it says of one without a name.
    assert.match(detail!, /\((ENOENT|EACCES)\)/);
  });

  it('says of a file what a run would make of it', async (t) => {
    const folder = temporaryFolder(t);
    const file = (name: string, content: string | Buffer): string => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const text = '{"n":1}\n';
    for (const [path, options, expected] of [
      [join(folder, 'new.jsonl'), {}, [true, 'it does not exist yet']],
      [file('empty.jsonl', ''), {}, [true, 'it exists, and is empty']],
      [file('full.jsonl', text), {}, [true, 'it exists, and the first page of a run replaces its 8 bytes']],
      [file('whole.jsonl', text), { append: true }, [true, '8 bytes, and a run adds to them']],
      [
        file('torn.jsonl', `${text}{"n`),
        { append: true },
        [true, '11 bytes, of which a run cuts off the last 3, which are torn, and adds to the rest'],
      ],
      [
        file('bad.jsonl.gz', text),
        { append: true },
        [
          true,
          'it cannot be added to, since there is no gzip member at byte 0: a run renames it to `.bad`, and begins a new one',
        ],
      ],
      [folder, {}, [false, 'it is a folder (EISDIR)']],
      [join(file('a', ''), 'below.jsonl'), {}, [true, 'it does not exist yet']],
    ] as const) {
      const { file: found } = await lookAt(path, options);
      assert.deepEqual([found?.ok, found?.detail], expected);
      assert.equal(found?.advice, path === folder ? 'Give the path of a file.' : undefined);
    }
  });

  it('says of a folder whether it is there, is to be created, or cannot be', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'a'), '');
    for (const [path, ok, detail] of [
      ['out.jsonl', true, `${folder} can be written to`],
      ['x/y/out.jsonl', true, `${join(folder, 'x/y')} is to be created, and can be`],
      ['a/out.jsonl', false, /\(ENOTDIR\)/],
    ] as const) {
      const { folder: found } = await lookAt(join(folder, path));
      assert.equal(found?.ok, ok);
      if (typeof detail === 'string') assert.equal(found?.detail, detail);
      else assert.match(found!.detail, detail);
    }
    assert.deepEqual(readdirSync(folder), ['a']);
  });

  it('makes no file beside a device', { skip: !existsSync('/dev/null') }, async () => {
    const { folder, file } = await lookAt('/dev/null', { append: true });
    assert.deepEqual([folder?.ok, folder?.detail], [true, '/dev/null is no regular file, so none is made there']);
    assert.deepEqual([file?.ok, file?.detail], [true, 'no regular file, but it can be written to']);
  });

  it('tells the free space where the file system does, and the compression', async (t) => {
    const path = join(temporaryFolder(t), 'out.jsonl');
    for (const [name, compression] of [
      [path, 'none'],
      [`${path}.gz`, 'gzip, which this Node has'],
    ] as const) {
      const found = await lookAt(name);
      assert.match(found['free space']!.detail, /^(?:only )?[\d,]+ MB$/);
      assert.deepEqual([found.compression?.ok, found.compression?.detail], [true, compression]);
      assert.ok(Object.values(found).every((one) => one!.elapsedMs >= 0 && one!.elapsedMs < 60_000));
    }
    if (!existsSync('/proc/self')) return;
    const { 'free space': space } = await lookAt('/proc/out.jsonl');
    assert.deepEqual([space?.ok, space?.detail], [true, 'the file system does not tell']);
  });
});

/** What was found, by its name. */
async function lookAt(path: string, options: JsonlFileOptions = {}): Promise<Record<string, SinkCheck | undefined>> {
  const found: Record<string, SinkCheck | undefined> = {};
  for await (const one of checkJsonlFile(path, options)) found[one.name] = one;
  return found;
}

/** What was found of the folder. */
async function foldersOf(path: string, isOk = true): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, ok, detail } of checkJsonlFile(path)) {
    if (name === 'folder' && ok === isOk) found.push(detail);
  }
  return found;
}

function hasUnnamedFiles(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    closeSync(openSync(tmpdir(), 0o20000000 | constants.O_DIRECTORY | constants.O_WRONLY, 0o600));
    return true;
  } catch {
    return false;
  }
}
