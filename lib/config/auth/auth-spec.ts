import type { OAuth2Config, RefreshTokenConfig, TokenEndpointConfig, TokenFileConfig } from '../fields/option-types.js';

/**
 * How to prove who we are, as a configuration says it. `token_file` is read again at every connect; `ref` names an
 * entry of a pipeline file's `auth` catalogue, or one of the `credentials` that `createSource()` was given.
 */
export type AuthSpec =
  | { readonly type: 'none'; readonly config?: Readonly<Record<string, never>> | undefined }
  | { readonly type: 'bearer'; readonly config: { readonly token: string } }
  | { readonly type: 'basic'; readonly config: { readonly username: string; readonly password: string } }
  | { readonly type: 'custom'; readonly config: { readonly headers: Readonly<Record<string, string>> } }
  | { readonly type: 'token_file'; readonly config: TokenFileConfig }
  | { readonly type: 'static'; readonly config: StaticConfig }
  | { readonly type: 'oauth2'; readonly config: OAuth2Config }
  | { readonly type: 'oauth2_refresh'; readonly config: RefreshTokenConfig }
  | { readonly type: 'token_endpoint'; readonly config: TokenEndpointConfig }
  | { readonly ref: string };

/** A token, a header, or a user name and a password. */
export type StaticConfig =
  | { readonly token: string }
  | { readonly header: string; readonly value: string }
  | { readonly username: string; readonly password: string };

/** The header and the text before the token that a `token_file` asks for, defaults filled in. */
export function tokenFileHeader(config: TokenFileConfig): { header: string; scheme: string } {
  const header = config.header ?? 'Authorization';
  return { header, scheme: config.scheme ?? (header.toLowerCase() === 'authorization' ? 'Bearer' : '') };
}
