import { once } from 'node:events';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { createSource, Page, type TransferablePage } from 'spillway';

// Values are built and worked on in another thread, while this one takes in the feed. A page's bytes go there without a copy.
if (isMainThread) await feed(process.argv[2] ?? 'wss://example.com/feed');
else parentPort!.on('message', (given: TransferablePage) => parentPort!.postMessage(work(Page.from(given))));

async function feed(url: string): Promise<void> {
  const worker = new Worker(new URL(import.meta.url));
  let total = 0;
  const sink = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(page: Page, _encoding, callback) {
      const { value, transferList } = page.toTransferable();
      worker.postMessage(value, transferList);
      // The next page when this one is done: a worker that is slow holds the socket. One that fails ends the run.
      const done = once(worker, 'message').then(([volume]: number[]) => {
        total += volume!;
      });
      done.then(() => callback(), callback);
    },
  });
  await pipeline(createSource({ url, idle_timeout: '30s' }).pages(), sink);
  await worker.terminate();
  console.log(`${total} was traded`);
}

function work(page: Page): number {
  const trades = page.records as { readonly price: number; readonly size: number }[];
  return trades.reduce((volume, { price, size }) => volume + price * size, 0);
}
