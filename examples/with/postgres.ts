import { finished, pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { createSource, type Page, writePages } from 'spillway';

const [feed = 'wss://example.com/feed', database = 'postgres://localhost/market'] = process.argv.slice(2);

const client = new pg.Client({ connectionString: database });
await client.connect();
// `json` keeps a record's text as it came; `jsonb` would sort its keys.
await client.query('CREATE TABLE IF NOT EXISTS trades (record json NOT NULL)');

/** The bytes 1 and 2 are in no JSON text: so each line is one column, and nothing has to be escaped. */
const COPY = `COPY trades FROM STDIN WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')`;

/** One statement a page: all of its records are stored, or none. */
async function copy(page: Page): Promise<void> {
  const rows = client.query(copyFrom(COPY));
  rows.end(page.bytes);
  await finished(rows);
}

const source = createSource({ url: feed, linger: '1s', idle_timeout: '30s' });
// While PostgreSQL is busy with a page, the next one waits, and then the socket.
const sink = writePages(copy, { target: 'the table trades', close: () => client.end() });
// Told here when the connection breaks between two pages.
client.on('error', (error) => sink.destroy(error));
process.once('SIGINT', () => source.stop());

await pipeline(source.pages(), sink);
console.log(`${sink.stats.records} records in ${sink.stats.pages} statements`);
