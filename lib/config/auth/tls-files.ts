import { createPrivateKey, X509Certificate } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { TlsOptions, TlsProvider } from '../../connect/options/reach-options.js';
import { ConfigError, ConnectError } from '../../errors.js';
import type { TlsFiles } from '../fields/reach.js';

/**
 * What a connection takes for a configuration's `tls`: without files the options themselves, with files a function
 * that reads them again at every connect. They are read and checked once here.
 *
 * @throws {ConfigError} when a file cannot be read, or does not hold what it should
 */
export function tlsFromConfig(config: TlsFiles): TlsOptions | TlsProvider {
  const { ca: _ca, cert: _cert, key: _key, ...fixed } = config;
  const files = FILE_KEYS.flatMap((key) => (config[key] === undefined ? [] : [{ key, path: config[key] }]));
  if (files.length === 0) return fixed;
  const problems = check(
    Object.fromEntries(files.map((file) => [file.key, attempt(() => readNow(file.path))])),
    config,
  );
  if (problems.length > 0) {
    const [{ cause }] = problems as [Problem];
    throw new ConfigError(
      problems.map(({ path, message }) => ({ path, message })),
      { cause },
    );
  }
  return async ({ url }) => {
    const contents = await Promise.all(
      files.map(async ({ key, path }) => [key, await readLater(path).catch((cause: unknown) => ({ cause }))] as const),
    );
    const [problem] = check(Object.fromEntries(contents), config);
    if (problem === undefined) return { ...fixed, ...Object.fromEntries(contents) };
    throw new ConnectError(`${problem.path} cannot be used any more. ${problem.message}`, {
      url,
      cause: problem.cause,
    });
  };
}

/** A file's text, or why there is none. */
type Content = string | { readonly cause: unknown };
type FileKey = (typeof FILE_KEYS)[number];

interface Problem {
  readonly path: string;
  readonly message: string;
  readonly cause?: unknown;
}

/** What is wrong with the files. OpenSSL alone would name none of them, and take a file without certificates for a good one. */
function check(contents: Partial<Record<FileKey, Content>>, config: TlsFiles): Problem[] {
  const problems: Problem[] = [];
  const say = (key: FileKey, message: string, cause?: unknown): undefined => {
    problems.push({ path: `tls.${key}`, message: `The file ${config[key]} ${message}`, cause });
  };
  const use = <T>(key: FileKey, make: (text: string) => T, message: string): T | undefined => {
    const content = contents[key];
    if (content === undefined) return undefined;
    if (typeof content !== 'string') {
      return say(key, `cannot be read${because(content.cause)}. Check that it exists and is readable.`, content.cause);
    }
    const made = attempt(() => make(content));
    return typeof made === 'object' && made !== null && 'cause' in made ? say(key, message, made.cause) : made;
  };
  use('ca', (text) => new X509Certificate(text), NO_CERTIFICATE);
  const cert = use('cert', (text) => new X509Certificate(text), NO_CERTIFICATE);
  const { passphrase } = config;
  const key = use(
    'key',
    (text) => createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) }),
    passphrase === undefined
      ? 'holds no key of PEM, or one that is encrypted: then set `tls.passphrase`.'
      : 'holds no key of PEM that `tls.passphrase` decrypts.',
  );
  if (cert !== undefined && key !== undefined && !cert.checkPrivateKey(key)) {
    say('key', `holds another key than that of the certificate in ${config.cert}.`);
  }
  return problems;
}

function attempt<T>(make: () => T): T | { readonly cause: unknown } {
  try {
    return make();
  } catch (cause) {
    return { cause };
  }
}

function because(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
}

/** No more than such a file could have, so that a wrong path, such as a device, costs no memory. */
function readNow(path: string): string {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(MAX_BYTES);
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, MAX_BYTES, null));
  } finally {
    closeSync(file);
  }
}

async function readLater(path: string): Promise<string> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(MAX_BYTES);
    const { bytesRead } = await file.read(buffer, 0, MAX_BYTES, null);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

const FILE_KEYS = ['ca', 'cert', 'key'] as const;
const NO_CERTIFICATE = 'holds no certificate of PEM (-----BEGIN CERTIFICATE-----).';
const MAX_BYTES = 1024 * 1024;
