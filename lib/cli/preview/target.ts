import { open, stat } from 'node:fs/promises';

/** What a preview is of. */
export type TargetKind = 'address' | 'pipeline' | 'recording';

/** What was named: an address, a pipeline file (`-` is standard input), or a recorded file. */
export async function targetKind(target: string): Promise<TargetKind> {
  if (target.includes('://')) return 'address';
  if (target === '-' || /\.ya?ml$/i.test(target)) return 'pipeline';
  if (!(await isThere(target))) return FILE_NAME.test(target) ? 'recording' : 'address';
  return /\.json$/i.test(target) && PIPELINE.test(await beginning(target).catch(() => '')) ? 'pipeline' : 'recording';
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function beginning(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

const FILE_NAME = /^[./]|\.(json|jsonl|ndjson|gz|zstd?)$/i;
/** A pipeline file of JSON: an object whose first key is of the few that there are. */
const PIPELINE =
  /^\s*\{\s*"(version|name|auth|vars|params|delivery|execution|matrix|each|restart|observability|state|pipeline|x-[^"]*)"\s*:[\s\S]*"source"\s*:/;
const BEGINNING_BYTES = 64 * 1024;
