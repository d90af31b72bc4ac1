import { createReadStream } from 'node:fs';
import { ConfigError } from '../errors.js';

/**
 * The text of a pipeline file of at most 1 MiB; `-` stands for `stdin`.
 *
 * @param file the name to show in errors
 * @throws {ConfigError} when it cannot be read, is too large, or is not UTF-8
 */
export async function readPipelineText(
  path: string,
  file: string,
  stdin: AsyncIterable<Uint8Array | string>,
): Promise<string> {
  const fail = (message: string, cause?: unknown): never => {
    throw new ConfigError([{ path: '', message }], { file, cause });
  };
  const bytes = await readAtMost(path === '-' ? stdin : createReadStream(path), MAX_BYTES + 1).catch((error: unknown) =>
    fail(`This pipeline file cannot be read: ${reason(error)}. Check its path and its permissions.`, error),
  );
  if (bytes.length > MAX_BYTES) fail('This pipeline file is larger than 1 MiB. Check that it is the right file.');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    return fail('This pipeline file is not UTF-8 text. Save it as UTF-8.', error);
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

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}

const MAX_BYTES = 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission was denied',
  EISDIR: 'it is a folder',
};
