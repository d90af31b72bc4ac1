import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { createSource, type Page, writePages } from 'spillway';

const [feed = 'wss://example.com/feed', bucket = 'market'] = process.argv.slice(2);
/** An object is finished when it has so many bytes, and the next is begun. */
const OBJECT_BYTES = 64 * 2 ** 20;

const client = new S3Client({ forcePathStyle: true });

/** One object of JSON Lines. Its parts go up while it grows; it is there, as a whole, when the last one is. */
class S3Object {
  bytes = 0;
  readonly #body = new PassThrough();
  readonly #stored: Promise<unknown>;

  constructor(key: string) {
    const params = { Bucket: bucket, Key: key, Body: this.#body, ContentType: 'application/x-ndjson' };
    // 5 MiB are the least that S3 takes for a part: two of them are in memory.
    this.#stored = new Upload({ client, params, partSize: 5 * 2 ** 20, queueSize: 2 }).done();
    // What waits for room in the body is told, too.
    this.#stored.catch((error: Error) => this.#body.destroy(error));
  }

  /** Resolves when there is room for more: when S3 is slow, the feed waits. */
  async write({ bytes }: Page): Promise<void> {
    this.bytes += bytes.length;
    await new Promise<void>((resolve, reject) => {
      this.#body.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  async finish(): Promise<void> {
    this.#body.end();
    await this.#stored;
  }
}

let object: S3Object | undefined;
let objects = 0;

async function store(page: Page): Promise<void> {
  if (object === undefined) {
    objects += 1;
    object = new S3Object(`trades-${new Date(page.receivedAt(0)).toISOString()}-${objects}.jsonl`);
  }
  await object.write(page);
  if (object.bytes >= OBJECT_BYTES) await finish();
}

/** At the end of the run, good or bad, what was received becomes an object, too. */
async function finish(): Promise<void> {
  const full = object;
  object = undefined;
  await full?.finish();
}

const source = createSource({ url: feed, linger: '1s', idle_timeout: '30s' });
const sink = writePages(store, { target: `the bucket ${bucket}`, close: finish });
process.once('SIGINT', () => source.stop());

await pipeline(source.pages(), sink);
console.log(`${sink.stats.records} records in ${objects} objects`);
