import { lacksZstd, NO_ZSTD } from '../../internal/zstd.js';
import { messageFormat } from '../../parse/formats.js';
import { type Finding, valueFinding } from './findings.js';

/** What is wrong beyond what the schema can say. */
export function checkIntake(given: Readonly<Record<string, unknown>>): Finding[] {
  const { message_format: name } = given;
  const isJson = messageFormat(name)?.isJson !== false;
  const { by } = (given['dedupe'] ?? {}) as { readonly by?: unknown };
  const looksInside = [
    ...(given['sequence'] === undefined ? [] : ['sequence']),
    ...(given['resume'] === undefined ? [] : ['resume']),
    ...(Array.isArray(by) ? ['dedupe'] : []),
    ...(typeof given['overflow'] === 'object' ? ['overflow'] : []),
  ];
  const lacking =
    given['decompress'] === 'zstd' && lacksZstd()
      ? [valueFinding(['decompress'], `${NO_ZSTD} Run spillway with one of them.`)]
      : [];
  const inside = looksInside.flatMap((key): Finding[] => {
    const isSplit = (given['split'] ?? 'none') !== 'none';
    if (isJson && !isSplit) return [];
    const other = isSplit ? '`split`' : `\`message_format: ${String(name)}\``;
    const message = `\`${key}\` looks into frames that are one JSON text each, so it does not go with ${other}.`;
    return [{ path: [key], at: 'key', message }];
  });
  return [...lacking, ...inside];
}
