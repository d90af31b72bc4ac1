import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { FeedClient } from '../../lib/testing/index.js';
import { feed } from '../support/feed.js';
import { PLANTED, SECRET, serverOptions } from '../support/planted-secrets.js';
import { pipelineFile, spillway } from './cli.js';

describe('a secret that a server says back', { concurrency: 2 }, () => {
  for (const [index, [what, plant]] of Object.entries(PLANTED).entries()) {
    it(`is not shown by the command: ${what}`, async (t) => {
      let text = SECRET;
      // A frame that is no JSON is quoted in a warning, and the close reason in the summary.
      const script = async (client: FeedClient): Promise<void> => {
        await client.send(`no frame for ${text}`);
        await client.close(4001, `no entry for ${text}`);
      };
      const server = await feed(t, script, serverOptions(what));
      const { config, said = SECRET } = await plant(t, server.url);
      text = said;
      const settings = { ...config, on_parse_error: 'skip', gaps: 'records' };
      const { file, output } = await pipelineFile(t, settings);
      const flag = index % 2 === 0 ? '--verbose' : '--json';
      const { status, stdout, stderr } = await spillway(t, ['run', file, flag]).exit;
      assert.equal(status, 1, stderr);
      const shown = `${stdout}${stderr}${await readFile(output, 'utf8')}`;
      assert.match(shown, /no frame for ?\*\*\*/);
      assert.match(shown, /no entry for ?\*\*\*/);
      // The frame is clipped where it is quoted: in the middle of the secret.
      for (const form of [text, SECRET]) assert.ok(!shown.includes(form.slice(0, 6)), shown);
    });
  }

  it('is not shown by doctor: a token that OAuth 2 fetched', async (t) => {
    const server = await feed(t, async (client) => {
      await client.close(4001, `no entry for ${SECRET}`);
    });
    const { config } = await PLANTED['a token that OAuth 2 fetched']!(t, server.url);
    const { file } = await pipelineFile(t, config);
    const { stdout, stderr } = await spillway(t, ['doctor', file]).exit;
    assert.match(stdout, /no entry for \*\*\*/);
    assert.ok(!`${stdout}${stderr}`.includes(SECRET));
  });
});
