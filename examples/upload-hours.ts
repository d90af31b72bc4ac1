import { copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createSource, openState, rolledFiles } from 'spillway';

const [feed = 'wss://example.com/feed', store = 'bucket', most = '1000000'] = process.argv.slice(2);

/** Stands for a request to an object store. A file that is there already is uploaded once more, which does no harm. */
async function upload(path: string): Promise<void> {
  await mkdir(store, { recursive: true });
  await copyFile(path, join(store, path.replaceAll('/', '_')));
  console.log(`uploaded ${path}`);
}

async function isUploaded(path: string): Promise<boolean> {
  return stat(join(store, path.replaceAll('/', '_'))).then(
    () => true,
    () => false,
  );
}

/** What a run before this one has finished, and died before it was uploaded. */
async function uploadLeft(): Promise<void> {
  const lines = await readFile('out/manifest.jsonl', 'utf8').catch(() => '');
  for (const line of lines.split('\n').filter((one) => one.endsWith('}'))) {
    const { event, path } = JSON.parse(line) as { event: string; path: string };
    if (event === 'sealed' && !(await isUploaded(`out/${path}`))) await upload(`out/${path}`);
  }
}

await uploadLeft();
const state = await openState('state/trades');
const uploads = new Set<Promise<void>>();
try {
  const source = createSource(
    { url: feed, reconnect: true, idle_timeout: '30s', gaps: 'records' },
    { position: state.position },
  );
  // An hour, or so many records. What was uploaded stays here for a week.
  const files = rolledFiles('out/%Y-%m-%d/%H.jsonl.gz', {
    state,
    roll: { records: Number(most) },
    keep: { ageMs: 7 * 86_400_000 },
  });
  files.on('rolled', ({ path }) => {
    // One that fails is in the manifest: the next run does it.
    const done = upload(path).catch((error: Error) => console.error(`${path}: ${error.message}`));
    uploads.add(done);
    void done.then(() => uploads.delete(done));
  });
  process.once('SIGTERM', () => source.stop());
  await pipeline(source.pages(), state.keep(), files);
} finally {
  await state.close();
  await Promise.all(uploads);
}
