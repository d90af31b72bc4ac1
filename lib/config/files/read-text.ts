import { createReadStream } from 'node:fs';
import { ConfigError } from '../../errors.js';
import { fileReason } from './file-reason.js';

/**
 * A text of at most 1 MiB, which a person has written.
 *
 * @param from the path of its file, or a stream
 * @param name what to call it in errors: the name of the file, and what it is, such as `pipeline file`
 * @throws {ConfigError} when it cannot be read, is too large, or is not UTF-8
 */
export async function readText(
  from: string | AsyncIterable<Uint8Array | string>,
  { file, what }: { readonly file: string; readonly what: string },
): Promise<string> {
  const fail = (message: string, cause?: unknown): never => {
    throw new ConfigError([{ path: '', message: `This ${what} ${message}` }], { file, cause });
  };
  const stream = typeof from === 'string' ? createReadStream(from) : from;
  const bytes = await readAtMost(stream, MAX_BYTES + 1).catch((error: unknown) =>
    fail(`cannot be read: ${fileReason(error)}. Check its path and its permissions.`, error),
  );
  if (bytes.length > MAX_BYTES) fail('is larger than 1 MiB. Check that it is the right file.');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    return fail('is not UTF-8 text. Save it as UTF-8.', error);
  }
}

async function readAtMost(stream: AsyncIterable<Uint8Array | string>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    length += chunks.at(-1)!.length;
    if (length >= limit) break;
  }
  return Buffer.concat(chunks);
}

const MAX_BYTES = 1024 * 1024;
