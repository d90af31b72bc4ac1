import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { createSource, type Page, writePages } from 'spillway';

const [feed = 'wss://example.com/feed', api = 'https://example.com/ingest'] = process.argv.slice(2);

/** Stores a page by one request: its bytes are JSON Lines as they are. What fails in passing is tried again here. */
async function post(page: Page, { signal }: { signal: AbortSignal }): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(api, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: page.bytes,
      signal,
    });
    // `fetch()` is content with any answer.
    if (response.ok) return;
    if (response.status < 500 || attempt === 3) throw new Error(`the API answered with status ${response.status}`);
    await wait(100 * attempt, undefined, { signal });
  }
}

const source = createSource({ url: feed, batch_size: 100, linger: '1s', idle_timeout: '30s' });
// While the API is busy with four pages, the socket waits.
const sink = writePages(post, { concurrency: 4, target: api });
await pipeline(source.pages(), sink);
console.log(`${sink.stats.records} records in ${sink.stats.pages} requests`);
