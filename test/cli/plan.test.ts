// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the placeholders of pipeline files.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { jsonLines, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

const FILE = `version: 1
name: trades
each: { symbol: [btc, ethusdt] }
pipeline:
  source:
    type: websocket
    config: { url: "wss://me:pass%20word@example.com/{symbol}?token=S3CR3T-TOKEN", unbounded: true }
  sink: { type: jsonl, config: { path: "out/\${each.symbol}.jsonl" } }
  spool: "spool/\${each.symbol}"
  state: "state/\${each.symbol}"
`;

describe('spillway plan', { concurrency: 2 }, () => {
  it('prints a line for each feed, without secrets', async (t) => {
    const folder = await temporaryFolder(t);
    const file = join(folder, 'feeds.yaml');
    await writeFile(file, FILE);
    const { status, stdout, stderr } = await warmSpillway(t, ['plan', file]);
    assert.equal(
      stdout,
      `trades-btc      wss://example.com/btc      jsonl out/btc.jsonl      state state/btc, spool spool/btc
trades-ethusdt  wss://example.com/ethusdt  jsonl out/ethusdt.jsonl  state state/ethusdt, spool spool/ethusdt
`,
    );
    assert.deepEqual([status, stderr], [0, '']);
    const json = await warmSpillway(t, ['plan', '--json', file]);
    const [first, second, ...others] = jsonLines(json.stdout);
    assert.deepEqual(first, {
      feed: 'trades-btc',
      address: 'wss://example.com/btc',
      sink: 'jsonl',
      target: 'out/btc.jsonl',
      state: 'state/btc',
      spool: 'spool/btc',
    });
    assert.equal(second!['feed'], 'trades-ethusdt');
    assert.deepEqual(others, []);
    const validated = await warmSpillway(t, ['validate', file]);
    assert.equal(validated.stdout, `${file}: valid, 2 feeds\n`);
  });

  it('says what is wrong with the file on standard error, and exits 2', async (t) => {
    const folder = await temporaryFolder(t);
    const file = join(folder, 'feeds.yaml');
    await writeFile(file, FILE.replace('[btc, ethusdt]', '[btc, btc]'));
    const { status, stdout, stderr } = await warmSpillway(t, ['plan', file]);
    assert.equal(stdout, '');
    assert.match(stderr, /feeds\.yaml:3:23: each\.symbol\[1\]: The value `btc` stands here twice\./);
    assert.equal(status, 2);
  });
});
