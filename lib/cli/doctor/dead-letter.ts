import type { SinkCheck } from '../../sink/check.js';

/** Whether what is refused can be kept; nothing of a file that exists is touched. */
export async function checkDeadLetterFile(path: string): Promise<SinkCheck> {
  const { checkJsonlFile } = await import('../../sink/file/jsonl-file-check.js');
  const startedAt = performance.now();
  let failure: SinkCheck | undefined;
  for await (const look of checkJsonlFile(path, { append: true, compression: 'none' })) {
    if (!look.ok) failure ??= look;
  }
  return {
    name: 'dead letter',
    ok: failure === undefined,
    detail: failure === undefined ? `${path} can be written to` : `${path}: ${failure.detail}`,
    advice: failure?.advice,
    elapsedMs: performance.now() - startedAt,
  };
}
