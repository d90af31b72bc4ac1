import { JsonCheck } from '../../json/check.js';

/**
 * Whether bytes at the end of a file are a whole record. A number without a line feed is none, since more digits may have
 * been meant to follow.
 *
 * @param isEnded whether a line feed stands behind it
 */
export function isWholeRecord(bytes: Buffer, isEnded: boolean): boolean {
  const check = new JsonCheck();
  if (!check.check(bytes, 0, bytes.length)) return false;
  return isEnded || !NUMBER_BEGINS.has(bytes[check.start]!);
}

const NUMBER_BEGINS: ReadonlySet<number> = new Set(Buffer.from('-0123456789'));
