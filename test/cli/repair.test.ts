import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { jsonLines, spillway, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

describe('spillway repair', { concurrency: 2 }, () => {
  it('says with --dry-run what it would do, and changes nothing', async (t) => {
    const path = await fileWith(t, '1\nx\n2\n');
    const { status, stdout, stderr } = await spillway(t, ['repair', '--dry-run', path]).exit;
    assert.equal(
      stdout,
      `${path}: would be done: It is written anew without its damaged line (2); a gap line in the place of each tells of it. What was there before is kept as ${path}.bad.
1 thing would be done, and nothing was.
`,
    );
    assert.deepEqual([status, stderr], [1, '']);
    assert.equal(readFileSync(path, 'utf8'), '1\nx\n2\n');
    assert.equal(existsSync(`${path}.bad`), false);
  });

  it('does it, and then needs to do nothing, and verify says that all is well', async (t) => {
    const path = await fileWith(t, '1\nx\n2\n3');
    const { status, stdout } = await warmSpillway(t, ['repair', path]);
    assert.match(stdout, /^\S+: It is written anew .*\n1 thing was done\.\n$/);
    assert.equal(status, 0);
    const again = await warmSpillway(t, ['repair', path]);
    assert.deepEqual([again.status, again.stdout], [0, `${path}: needs nothing.\nNothing is to be done.\n`]);
    assert.equal((await warmSpillway(t, ['verify', '--quiet', path])).status, 0);
  });

  it('tells the same as JSON lines with --json', async (t) => {
    const path = await fileWith(t, '1\n{"n":');
    const { status, stdout } = await warmSpillway(t, ['repair', '--json', path, `${path}.none`]);
    const message = `Its torn end is cut off, 5 bytes: what is left of the last record is added to ${path}.torn.`;
    const [action, refusal, summary] = jsonLines(stdout);
    assert.deepEqual(action, { type: 'action', kind: 'cut', file: path, aside: `${path}.torn`, done: true, message });
    assert.deepEqual([refusal!['type'], refusal!['file']], ['refusal', `${path}.none`]);
    assert.deepEqual(summary, { type: 'summary', ok: false, dry_run: false, sound: 0, actions: 1, refused: 1 });
    assert.equal(status, 1);
  });
});

async function fileWith(t: TestContext, content: string): Promise<string> {
  const path = join(await temporaryFolder(t), 'trades.jsonl');
  writeFileSync(path, content);
  return path;
}
