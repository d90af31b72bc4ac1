import { Worker } from 'node:worker_threads';
import { type SealedBytes, type SealJob, sealBytes } from './seal-bytes.js';

/**
 * A thread that does what takes long about a file that is finished: compressing and hashing it. It is started when there is something to
 * do for the first time, and holds no process. One job at a time.
 */
export class SealWorker {
  #worker: Worker | undefined;
  #isClosed = false;

  /** @throws the system's error; and when the thread was ended */
  async run(job: SealJob): Promise<SealedBytes> {
    if (this.#isClosed) throw ended();
    this.#worker ??= new Worker(TEXT, { eval: true });
    const worker = this.#worker;
    worker.ref();
    try {
      return await new Promise<SealedBytes>((resolve, reject) => {
        const settle = (): void => {
          worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        };
        const onMessage = (answer: Answer): void => {
          settle();
          if ('sealed' in answer) resolve(answer.sealed);
          else reject(Object.assign(new Error(answer.message), { code: answer.code }));
        };
        const onError = (error: Error): void => {
          settle();
          this.#worker = undefined;
          reject(error);
        };
        const onExit = (): void => onError(ended());
        worker.on('message', onMessage).on('error', onError).on('exit', onExit);
        worker.postMessage(job);
      });
    } finally {
      worker.unref();
    }
  }

  /** Ends the thread, whatever it is doing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }
}

type Answer = { readonly sealed: SealedBytes } | { readonly message: string; readonly code: string | undefined };

/** What runs in the thread. */
function serve(seal: typeof sealBytes): void {
  const { parentPort } = process.getBuiltinModule('node:worker_threads');
  parentPort!.on('message', (job: SealJob) => {
    const answer = (one: Answer): void => parentPort!.postMessage(one);
    seal(job).then(
      (sealed) => answer({ sealed }),
      ({ message, code }: NodeJS.ErrnoException) => answer({ message, code }),
    );
  });
}

function ended(): Error {
  return Object.assign(new Error('the thread that seals files was ended'), { code: 'LATE' });
}

/** All that the thread gets, so that bundlers need not know of a file for it. Some of them name functions by a helper. */
const TEXT = `const __name = (f) => f; (${serve})(${sealBytes});`;
