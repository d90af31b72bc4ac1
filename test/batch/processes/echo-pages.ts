import { parentPort } from 'node:worker_threads';
import { Page, type TransferablePage } from '../../../lib/index.js';

// Makes a page of each value that it is posted, and sends it back.
parentPort!.on('message', (given: TransferablePage) => {
  const { value, transferList } = Page.from(given).toTransferable();
  parentPort!.postMessage(value, transferList);
});
