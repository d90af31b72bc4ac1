import { resolveBatchOptions } from '../../lib/batch/options.js';
import type { Page } from '../../lib/batch/page.js';
import { BatchStep } from '../../lib/batch/step.js';
import type { Gap } from '../../lib/frame/gap.js';
import { resolveParseOptions } from '../../lib/parse/options.js';
import { ParseStep } from '../../lib/parse/step.js';

/**
 * Records as they come off a feed, `texts` in pages of `size`: made by the real steps. A text that begins with `{"gap":`
 * is a gap.
 */
export function pagesOf(texts: readonly string[], size = 3): Page[] {
  const parse = new ParseStep(resolveParseOptions({}));
  const batch = new BatchStep(resolveBatchOptions({ size }));
  const pages: (Page | undefined)[] = texts.map((text, sequence) => {
    const facts = { isBinary: false, receivedAt: 1_700_000_000_000, url: 'ws://127.0.0.1/', connection: 1, sequence };
    const gap = text.startsWith('{"gap":') ? { gap: {} as Gap } : {};
    return batch.add(parse.one({ ...facts, ...gap, data: Buffer.from(text) })!);
  });
  return [...pages, batch.flush()].filter((page) => page !== undefined);
}

/** `count` records of about `bytes` bytes, each of them different. */
export function records(count: number, bytes = 60): string[] {
  return Array.from({ length: count }, (_, n) => {
    const head = `{"n":${n},"price":1.10,"id":900719925474099312${n % 10},"pad":"`;
    return `${head}${((n * 7919) % 1_000_003)
      .toString(36)
      .repeat(bytes)
      .slice(0, Math.max(1, bytes - head.length - 2))}"}`;
  });
}

/** The records as a file of JSON Lines holds them. */
export function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
