import type { CredentialProvider } from '../options/credentials.js';

/**
 * Who gets tokens, by what they ask: feeds that ask the same of the same have one token. A server that gives a new refresh token for
 * each old one would end a second feed that comes with that, too.
 */
export class TokenSharing {
  readonly #providers = new Map<string, CredentialProvider>();

  /** @param asked all that the token depends on: plain data */
  of(asked: readonly unknown[], make: () => CredentialProvider): CredentialProvider {
    const key = JSON.stringify(asked);
    const known = this.#providers.get(key);
    if (known !== undefined) return known;
    const provider = make();
    this.#providers.set(key, provider);
    return provider;
  }
}
