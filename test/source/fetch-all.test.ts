import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ConfigError, createSource, type FetchOptions } from '../../lib/index.js';
import { feed, sends, sendsThenWaits } from '../support/feed.js';

const RECORDS = ['{"n":1}', '{"n":2}', '{"n":3}'];
const VALUES = [{ n: 1 }, { n: 2 }, { n: 3 }];

describe('fetchAll()', () => {
  it('resolves to the values of a whole run', async (t) => {
    const server = await feed(t, sends(...RECORDS));
    for (const options of [undefined, {}, { onAbort: 'return' }, { onAbort: undefined }] as const) {
      assert.deepEqual(await createSource({ url: server.url, unbounded: true }).fetchAll(options), VALUES);
    }
  });

  it('fails with the AbortError of its signal, and with onAbort returns what came before', async (t) => {
    const server = await feed(t, sendsThenWaits(...RECORDS));
    assert.deepEqual(await aborted(server.url, { onAbort: 'return' }), VALUES);
    await assert.rejects(aborted(server.url, {}), { name: 'AbortError' });
    await assert.rejects(aborted(server.url, { onAbort: 'throw' }), { name: 'AbortError' });
  });

  it('returns nothing when its signal was aborted before', async () => {
    const source = createSource({ url: 'ws://127.0.0.1:9', unbounded: true }, { signal: AbortSignal.abort() });
    assert.deepEqual(await source.fetchAll({ onAbort: 'return' }), []);
  });

  it('fails with what else ends the run, whatever onAbort says', async (t) => {
    const server = await feed(t, sendsThenWaits('1', 'not JSON'));
    const source = createSource({ url: server.url, unbounded: true }, { signal: new AbortController().signal });
    await assert.rejects(source.fetchAll({ onAbort: 'return' }), { code: 'ERR_PARSE' });
  });

  it('refuses other options', async () => {
    const source = createSource({ url: 'ws://127.0.0.1:9', unbounded: true });
    for (const wrong of [{ onAbort: 'retrun' }, { onabort: 'return' }, 5]) {
      await assert.rejects(source.fetchAll(wrong as FetchOptions), (error: ConfigError) => {
        assert.equal(error.code, 'ERR_CONFIG');
        return error.problems[0]?.path.startsWith('fetchAll') === true;
      });
    }
  });
});

/** What `fetchAll()` gives when its signal is aborted once all records are there. */
async function aborted(url: string, options: FetchOptions): Promise<unknown[]> {
  const aborts = new AbortController();
  const source = createSource({ url, unbounded: true, linger: '1ms' }, { signal: aborts.signal });
  const values = source.fetchAll(options);
  values.catch(() => {});
  while (source.stats.records < RECORDS.length) await new Promise(setImmediate);
  aborts.abort();
  return values;
}
