// A process of its own that writes pages of records to a sink, for tests that limit, kill or disconnect it:
// node --import tsx write-pages.ts '{"path": …, "records": …, "size": …}'. It says on stderr how it goes.
import { writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SinkError } from '../../lib/errors.js';
import { stopRun, trackPipes } from '../../lib/internal/chain.js';
import { jsonlFile } from '../../lib/sink/file/jsonl-file.js';
import { stdout } from '../../lib/sink/stdout/stdout.js';
import { pagesOf, records } from './pages.js';

interface Task {
  /** The file; without it, stdout. */
  readonly path?: string;
  readonly records: number;
  readonly size: number;
  /** Whether what feeds the sink can be stopped, as a run of this library can. */
  readonly isStoppable?: boolean;
}

const task = JSON.parse(process.argv[2] as string) as Task;
const sink = task.path === undefined ? stdout() : jsonlFile(task.path);
const pages = pagesOf(records(task.records, 500), task.size);
const feed = new Readable({
  objectMode: true,
  highWaterMark: 1,
  read() {
    this.push(pages.shift() ?? null);
  },
});
if (task.isStoppable) {
  trackPipes(feed);
  Object.assign(feed, { [stopRun]: (cause: string) => say({ cause }) + Number(feed.push(null)) });
}
sink.on('drain', () => say({ records: sink.stats.records }));
try {
  await pipeline(feed, sink);
  say({ ended: true, records: sink.stats.records });
} catch (error) {
  if (!(error instanceof SinkError)) throw error;
  const { message, recordsWritten } = error;
  say({ message, recordsWritten, code: (error.cause as NodeJS.ErrnoException).code });
  process.exitCode = 1;
}
say({ listeners: process.stdout.listenerCount('error') });

function say(facts: object): number {
  return writeSync(2, `${JSON.stringify(facts)}\n`);
}
