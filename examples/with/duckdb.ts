import { pipeline } from 'node:stream/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { createSource, field, type Message, type Page, writePages } from 'spillway';

const [feed = 'wss://example.com/feed', path = 'trades.duckdb'] = process.argv.slice(2);

const database = await DuckDBInstance.create(path);
const connection = await database.connect();
await connection.run('CREATE TABLE IF NOT EXISTS trades (received_at BIGINT, symbol VARCHAR, price DOUBLE)');
const appender = await connection.createAppender('trades');

/** Both are read out of the record's bytes: no object is built for it. */
const symbolOf = field('symbol');
const priceOf = field('price');

async function append(page: Page): Promise<void> {
  for (const message of page.messages) appendRow(message);
  // What is flushed is stored: it outlives the process.
  appender.flushSync();
}

function appendRow(message: Message): void {
  const symbol = symbolOf(message);
  const price = priceOf(message);
  appender.appendBigInt(BigInt(message.frame.receivedAt));
  if (typeof symbol === 'string') appender.appendVarchar(symbol);
  else appender.appendNull();
  if (typeof price === 'number') appender.appendDouble(price);
  else appender.appendNull();
  appender.endRow();
}

// DuckDB likes large pages; `linger` is how old the newest row may be.
const source = createSource({ url: feed, batch_size: 10_000, linger: '1s', idle_timeout: '30s' });
const sink = writePages(append, {
  target: path,
  close() {
    appender.closeSync();
    connection.closeSync();
    database.closeSync();
  },
});
process.once('SIGINT', () => source.stop());

await pipeline(source.pages(), sink);
console.log(`${sink.stats.records} rows`);
