import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { withEnvFiles } from '../../../lib/config/placeholders/environment.js';
import { ConfigError } from '../../../lib/errors.js';
import { temporaryFolder } from '../../cli/cli.js';

test('The environment counts more than files, and a later file more than an earlier one', async (t) => {
  const folder = await temporaryFolder(t);
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  await writeFile(one, '# a comment\nA=1\nB="x y"\nexport C=3 # three\nD=1\n');
  await writeFile(two, "B='z'\nE=\n");
  const env = await withEnvFiles({ A: 'mine', D: '' }, [one, two]);
  assert.deepEqual(env, { A: 'mine', B: 'z', C: '3', D: '', E: '' });
});

for (const [what, content, message] of [
  ['that is not there', undefined, /This file of variables cannot be read: there is no such file\./],
  ['without a variable', '# nothing\njust text\n', /This file of variables holds none\. Write one on each line/],
  ['that is no text', Buffer.from([0xff, 0x3d]), /This file of variables is not UTF-8 text/],
  ['that is large', `A=${'x'.repeat(1024 * 1024)}`, /This file of variables is larger than 1 MiB/],
] as const) {
  test(`A file of variables ${what} is an error that names it`, async (t) => {
    const file = join(await temporaryFolder(t), 'vars.env');
    if (content !== undefined) await writeFile(file, content);
    await assert.rejects(withEnvFiles({}, [file]), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.file, file);
      assert.match(error.message, message);
      return true;
    });
  });
}
