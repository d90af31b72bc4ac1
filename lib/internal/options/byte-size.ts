/** What a size in bytes is that is not below `min`, nor above `max`, as the end of "expected …". */
export function expectedSize(min: number, max?: number): string {
  const bounds = [
    ...(min > 0 ? [`at least ${formatSize(min)}`] : []),
    ...(max === undefined ? [] : [`at most ${max}`]),
  ];
  const size = 'a number of bytes, or text with a unit such as "100MB" or "1GiB"';
  return bounds.length === 0 ? size : `${size}, of ${bounds.join(' and ')}`;
}

/** The text form of a size in bytes, as a JSON Schema `pattern`: `k` is a thousand, `Ki` 1,024. */
export const BYTE_SIZE_PATTERN = '^([0-9]+(?:\\.[0-9]+)?) ?([kKMGT]i?)?B?$';

/** The number of bytes that a configuration says; what is no size stays as it is. */
export function bytesOf(value: unknown): unknown {
  const [, number, unit = ''] = (typeof value === 'string' && TEXT.exec(value)) || [];
  if (number === undefined) return value;
  const power = ['', 'k', 'm', 'g', 't'].indexOf(unit.charAt(0).toLowerCase());
  return Math.floor(Number(number) * (/i/i.test(unit) ? 1024 : 1000) ** power);
}

/** A size as people read it, with the unit that it is a whole number of. */
export function formatSize(bytes: number): string {
  const power = [3, 2, 1].find((power) => bytes > 0 && bytes % 1024 ** power === 0);
  return power === undefined ? `${bytes}` : `${bytes / 1024 ** power} ${['KiB', 'MiB', 'GiB'][power - 1]}`;
}

const TEXT = new RegExp(BYTE_SIZE_PATTERN, 'i');
