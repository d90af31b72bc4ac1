import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';
import { createSource, type Page } from 'spillway';

/** Trades by the hour in which they came: `out/trades-2026-11-24T15.jsonl.gz`, and so on. */
class HourlyFiles extends Writable {
  #hour = '';
  #gzip: Gzip | undefined;
  #written = Promise.resolve();

  constructor() {
    // One page at a time: what waits here cannot wait in the socket.
    super({ objectMode: true, highWaterMark: 1 });
  }

  // The callback is the back-pressure. It is called when gzip has room again, which waits for the disk.
  override _write(page: Page, _encoding: string, callback: (error?: Error | null) => void): void {
    this.#store(page).then(() => callback(), callback);
  }

  async #store(page: Page): Promise<void> {
    // A page lingers for a second at most (see below), so a file holds at most that much of the next hour.
    const hour = new Date(page.frame(0).receivedAt).toISOString().slice(0, 13);
    if (hour !== this.#hour) await this.#open(hour);
    await new Promise<void>((resolve, reject) => {
      this.#gzip?.write(page.bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  async #open(hour: string): Promise<void> {
    await this.#close();
    await mkdir('out', { recursive: true });
    this.#hour = hour;
    this.#gzip = createGzip();
    // Appending to a .gz file is allowed: after a restart within the hour, `gzip -dc` reads both parts.
    this.#written = pipeline(this.#gzip, createWriteStream(`out/trades-${hour}.jsonl.gz`, { flags: 'a' }));
    // A full disk ends the run.
    this.#written.catch((error: Error) => this.destroy(error));
  }

  async #close(): Promise<void> {
    this.#gzip?.end();
    await this.#written;
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#close().then(() => callback(), callback);
  }

  // After an error, too, the last file gets its end: without it, gzip would call the file broken.
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#close().then(() => callback(error), callback);
  }
}

const source = createSource({
  url: process.argv[2] ?? 'wss://exchange.example.com/ws',
  // Sent again after every reconnect; ask your exchange's documentation for its words.
  subscribe_messages: ['{"op":"subscribe","channel":"trades"}'],
  reconnect: true,
  idle_timeout: '1m',
  linger: '1s',
});
// Ctrl-C ends the run in good order: what was received is written, and the file closed.
process.once('SIGINT', () => source.stop());

await pipeline(source.pages(), new HourlyFiles());
