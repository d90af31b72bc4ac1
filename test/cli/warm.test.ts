import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { feed, sends } from '../support/feed.js';
import { type Exit, spillway, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

test('A process that has run the command before runs it as a fresh one does', async (t) => {
  const { url } = await feed(t, sends('{"n":1}', '{"n":2}', 'no JSON'));
  const cwd = await temporaryFolder(t);
  await writeFile(join(cwd, 'wrong.yaml'), 'version: 2\n');
  const env = { FEED: url };
  for (const args of [
    ['--version'],
    ['nothing'],
    ['capture', '$' + '{env:FEED}', '-n', '2', '--json', '--verbose'],
    ['capture', '$' + '{env:FEED}'],
    ['capture', 'ws://127.0.0.1:1', '--quiet'],
    ['capture', '$' + '{env:FEED}', '-n', '1', '--append', '-o', 'a.jsonl'],
    ['validate', 'wrong.yaml', 'a.jsonl'],
    ['preview', 'a.jsonl', '--schema'],
    ['doctor', '$' + '{env:FEED}'],
    ['schema', '--source'],
  ]) {
    const [fresh, warm] = [await spillway(t, args, { env, cwd }).exit, await warmSpillway(t, args, { env, cwd })];
    assert.deepEqual(timeless(warm), timeless(fresh));
  }
});

/** Without what differs from run to run. */
function timeless(exit: Exit): Exit {
  const without = (text: string): string =>
    text
      .replace(/ *\d+(\.\d+)?( ?m?s\b|(?=\/s))/g, ' N')
      .replace(/("(at|\w+_ms|\w+_at|\w+ed_s|\w*per_second|ms)":)[^,}]+/g, '$1N');
  return { ...exit, stdout: without(exit.stdout), stderr: without(exit.stderr) };
}
