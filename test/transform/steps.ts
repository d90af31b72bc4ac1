import { JsonCheck } from '../../lib/json/check.js';
import type { RecordStep } from '../../lib/transform/record-step.js';

/** What a step makes of a text: the texts that come out, or why it cannot be applied. */
export function applied(step: RecordStep, text: string): string[] | { readonly refused: string } {
  // In the middle of other bytes, which are not to be touched.
  const bytes = Buffer.from(`[${text}]`);
  const before = Buffer.from(bytes);
  const texts: string[] = [];
  const refused = step.apply(bytes, 1, bytes.length - 1, (out, start, end) => {
    const check = new JsonCheck();
    if (!check.check(out, start, end))
      throw new Error(`${out.toString('utf8', start, end)} is no JSON: ${check.reason}`);
    texts.push(out.toString('utf8', start, end));
  });
  if (!bytes.equals(before)) throw new Error('The bytes of the record were changed.');
  return refused === undefined ? texts : { refused };
}
