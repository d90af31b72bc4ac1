import type { ResolvedSourceConfig } from '../../config/source-config.js';
import { isRolled } from '../../internal/roll-options.js';
import type { SinkCheck } from '../../sink/check.js';

/** Whether what is refused can be kept; nothing of a file that exists is touched. */
export async function checkDeadLetters(
  letters: NonNullable<ResolvedSourceConfig['deadLetter']>,
  name = 'dead letter',
): Promise<SinkCheck> {
  const { path, ...options } = letters;
  const startedAt = performance.now();
  let failure: SinkCheck | undefined;
  for await (const look of isRolled(letters) ? rolledLooks(path, options) : looks(path)) {
    if (!look.ok) failure ??= look;
  }
  return {
    name,
    ok: failure === undefined,
    detail: failure === undefined ? `${path} can be written to` : `${path}: ${failure.detail}`,
    advice: failure?.advice,
    elapsedMs: performance.now() - startedAt,
  };
}

async function* looks(path: string): AsyncGenerator<SinkCheck> {
  const { checkJsonlFile } = await import('../../sink/file/jsonl-file-check.js');
  yield* checkJsonlFile(path, { append: true, compression: 'none' });
}

/** At their folder, its lock, what its manifest says, and what earlier runs have not finished. */
async function* rolledLooks(path: string, options: object): AsyncGenerator<SinkCheck> {
  const { checkRolledFiles } = await import('../../sink/rolled/rolled-check.js');
  yield* checkRolledFiles(path, { ...options, feed: ANY_FEED });
}

/** The same checks hold for any. */
const ANY_FEED = 'feed';
