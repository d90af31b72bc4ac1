import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { changedLines, defaultBase, linesOfDiff } from '../../../tools/mutants/changed-lines.js';
import { tempFolder } from '../../support/temp-folder.js';

describe('linesOfDiff()', () => {
  it('has the new number of each line that was added or changed, and none for one that is gone', () => {
    const diff = [
      '--- a/lib/a.ts',
      '+++ b/lib/a.ts',
      '@@ -1 +1,2 @@ f() {',
      '@@ -9,2 +11,0 @@',
      '@@ -20 +20 @@',
      '--- a/lib/b.ts',
      '+++ b/lib/b.ts',
      '@@ -0,0 +1,3 @@',
    ].join('\n');
    assert.deepEqual(
      linesOfDiff(diff),
      new Map([
        ['lib/a.ts', new Set([1, 2, 20])],
        ['lib/b.ts', new Set([1, 2, 3])],
      ]),
    );
  });
});

describe('changedLines()', () => {
  it('counts what is committed, what is not, and files that git does not know', async (t) => {
    const folder = await tempFolder(t);
    const git = (...args: string[]): string => {
      return execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], {
        cwd: folder,
        encoding: 'utf8',
      });
    };
    await mkdir(join(folder, 'lib'));
    const write = (name: string, text: string) => writeFile(join(folder, 'lib', name), text);
    git('init', '--quiet');
    await write('a.ts', '1\n2\n3\n');
    git('add', '.');
    git('commit', '--quiet', '--message', 'One');
    await write('a.ts', '1\nX\n3\n');
    git('commit', '--quiet', '--all', '--message', 'Two');
    assert.deepEqual(changedLines(folder, defaultBase(folder), 'lib'), new Map([['lib/a.ts', new Set([2])]]));
    await write('a.ts', '1\nX\n3\n4\n');
    await write('b.ts', '');
    assert.deepEqual(
      changedLines(folder, 'HEAD~1', 'lib'),
      new Map<string, Set<number> | 'all'>([
        ['lib/a.ts', new Set([2, 4])],
        ['lib/b.ts', 'all'],
      ]),
    );
  });
});
