import type { ResolvedSinkConfig, SinkType } from '../../config/sinks/kinds.js';
import type { SinkCheck } from '../../sink/check.js';

/** What a sink's own looks find, one by one. They are loaded when they are used. */
export function checkSinkSide(config: ResolvedSinkConfig): AsyncIterable<SinkCheck> {
  const check: (config: never) => AsyncIterable<SinkCheck> = CHECKS[config.type];
  return check(config as never);
}

/** One line a sink: what there is to look at. */
const CHECKS: {
  readonly [T in SinkType]: (config: Extract<ResolvedSinkConfig, { type: T }>) => AsyncIterable<SinkCheck>;
} = {
  async *jsonl({ type: _, path, ...options }) {
    const { checkJsonlFile } = await import('../../sink/jsonl-file-check.js');
    yield* checkJsonlFile(path, options);
  },
  async *kafka({ type: _, deadLetterPath: __, ...options }) {
    const { checkKafka } = await import('../../sink/kafka/check.js');
    yield* checkKafka(options);
  },
  async *stdout({ destination }) {
    const detail = process[destination].isTTY === true ? 'a terminal' : 'not a terminal';
    const name = destination === 'stdout' ? 'standard output' : 'standard error';
    yield { name, ok: true, detail, advice: undefined, elapsedMs: 0 };
  },
};
