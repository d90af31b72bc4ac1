import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { createSource, jsonlFile, type Source, type SpillwayError } from 'spillway';

const url = process.argv[2] ?? 'wss://example.com/feed';

/** A feed as a part of a larger program: started and stopped as often as one likes. */
class FeedService {
  readonly #source: Source = createSource({ url, reconnect: true, unbounded: true });
  #run: Promise<void> | undefined;
  #error: SpillwayError | undefined;

  start(): void {
    this.#error = undefined;
    this.#run ??= pipeline(this.#source.pages(), jsonlFile('out/trades.jsonl', { append: true })).then(
      () => this.#ended(),
      (error: SpillwayError) => this.#ended(error),
    );
  }

  /** Resolves when all that was received is in the file. */
  async stop(): Promise<void> {
    // Again, when somebody has started it meanwhile.
    while (this.#run !== undefined) {
      this.#source.stop();
      await this.#run;
    }
  }

  async restart(): Promise<void> {
    await this.stop();
    this.start();
  }

  get health(): object {
    const { records, reconnects, gaps } = this.#source.stats;
    return { running: this.#run !== undefined, error: this.#error?.code, records, reconnects, gaps };
  }

  get isHealthy(): boolean {
    return this.#run !== undefined;
  }

  #ended(error?: SpillwayError): void {
    this.#run = undefined;
    this.#error = error;
    if (error !== undefined) console.error(error.message);
  }
}

const service = new FeedService();
const server = createServer((_request, response) => {
  response.writeHead(service.isHealthy ? 200 : 503, { 'content-type': 'application/json' });
  response.end(JSON.stringify(service.health));
});
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1');
await once(server, 'listening');
service.start();
process.on('SIGHUP', () => void service.restart());
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());
console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/health`);

async function stop(): Promise<void> {
  await service.stop();
  server.close();
}
