import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AuthError } from '../../errors.js';

/** Which refresh token a file keeps. */
export interface TokenStoreOptions {
  /** A folder. It is made where there is none. */
  readonly path: string;
  /** The name of the file in it, without `.json`; for two feeds that share a client, and have a login each. */
  readonly key: string;
  /** The refresh token that the configuration holds: what is kept belongs to that one alone. */
  readonly seed: string;
}

/**
 * Keeps the refresh token that a server gave last, so that it survives the run: the one before is worth nothing any more. It
 * is a file that its owner alone can read, and is replaced as a whole. Its form is that of faucet.
 */
export class TokenStore {
  readonly #file: string;
  readonly #seed: string;

  constructor({ path, key, seed }: TokenStoreOptions) {
    this.#file = join(path, `${key}.json`);
    this.#seed = fingerprint(seed);
  }

  /**
   * The token that was kept; `undefined` for none, or one that came of another login.
   *
   * @throws {AuthError} when it cannot be read
   */
  async read(): Promise<string | undefined> {
    let text: string;
    try {
      text = await readFile(this.#file, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw this.#failure('read', cause);
    }
    const { refresh_token: token, seed } = factsIn(text);
    const isOurs = seed === undefined || seed === this.#seed;
    return typeof token === 'string' && token !== '' && isOurs ? token : undefined;
  }

  /** @throws {AuthError} when it cannot be written */
  async write(token: string): Promise<void> {
    const folder = dirname(this.#file);
    const draft = `${this.#file}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(JSON.stringify({ refresh_token: token, seed: this.#seed }));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, this.#file);
      await syncFolder(folder);
    } catch (cause) {
      await rm(draft, { force: true });
      throw this.#failure('written', cause);
    }
  }

  #failure(done: 'read' | 'written', cause: unknown): AuthError {
    const { code = '' } = cause as NodeJS.ErrnoException;
    return new AuthError(
      `The refresh token in ${this.#file} cannot be ${done}${code === '' ? '' : ` (${code})`}. Check \`persist\`: the next run has no login without it.`,
      { cause },
    );
  }
}

/** The name of the file where none is given: each login at each endpoint has its own. */
export function storeKey(tokenUrl: string, clientId: string, refreshToken: string): string {
  return `oauth2_refresh_${fnv1a(`${tokenUrl}\0${clientId}\0${fingerprint(refreshToken)}`)}`;
}

/** Says whether it is the same token, and not what it is. */
function fingerprint(token: string): string {
  return fnv1a(token);
}

/** FNV-1a of 64 bits, in hexadecimal. */
function fnv1a(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

function factsIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** So that the new name is there after a loss of power, where the system can do that. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
