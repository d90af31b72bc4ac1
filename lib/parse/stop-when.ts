import { compilePath, FieldReader, scalarAt } from '../json/field.js';
import type { FrameMatch } from '../json/match.js';
import type { MessageFormat } from './formats.js';

/** Tells by its JSON text, and without parsing it, whether a record is the last one. */
export type StopWhen = (bytes: Buffer, start: number, end: number) => boolean;

/**
 * @param format what records are: `{ text }` is one of them
 * @throws {ConfigError} when the path cannot be read
 */
export function compileStopWhen(match: FrameMatch, { encodeText }: MessageFormat): StopWhen {
  if ('text' in match) {
    const text = encodeText?.(match.text) ?? Buffer.from(match.text);
    return (bytes, start, end) => end - start === text.length && text.compare(bytes, start, end) === 0;
  }
  const { path, equals } = match;
  const reader = new FieldReader(compilePath(path, 'parse.stopWhen.path'));
  return (bytes, start, end) =>
    reader.find(bytes, start, end) && (equals === undefined || scalarAt(bytes, reader.start, reader.end) === equals);
}
