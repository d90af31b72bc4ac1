import type { TokenEndpointOptions } from '../../connect/reach/token-endpoint.js';

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

/** A token that a file holds. */
export interface TokenFileConfig {
  /** The file, which holds nothing but the token. */
  readonly path: string;
  /** The header to send it in. @default 'Authorization' */
  readonly header?: string | undefined;
  /** What stands before the token, with a space. @default 'Bearer' in the header `Authorization`, otherwise nothing */
  readonly scheme?: string | undefined;
}

/** A token, a header, or a user name and a password. */
export type StaticConfig =
  | { readonly token: string }
  | { readonly header: string; readonly value: string }
  | { readonly username: string; readonly password: string };

/** How long a token is used. */
export interface TokenLifetimeConfig {
  /** How long before its end a token is not used any more. Not together with `expiry_ratio`. @default 60 */
  readonly expiry_margin?: number | string | undefined;
  /** How much of its time a token is used, above 0 and up to 1. @default none: by `expiry_margin` */
  readonly expiry_ratio?: number | undefined;
}

/** OAuth 2, client credentials: a token from a token endpoint. */
export interface OAuth2Config extends TokenLifetimeConfig {
  /** The token endpoint: `https://`, or `http://` on this machine. */
  readonly token_url: string;
  readonly client_id: string;
  readonly client_secret: string;
  /** What is asked for, with blanks between. @default none */
  readonly scope?: string | undefined;
  /** The same as a list, in place of `scope`. @default [] */
  readonly scopes?: readonly string[] | undefined;
  /** For servers that ask whom the token is for. @default none */
  readonly audience?: string | undefined;
  /** Further fields of the request. @default {} */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** Where id and secret are sent; `auto`: in the header, and in the body once that is refused. @default 'auto' */
  readonly client_auth?: 'auto' | 'header' | 'body' | undefined;
}

/** OAuth 2, refresh token. */
export interface RefreshTokenConfig extends OAuth2Config {
  /** What a log-in gave. */
  readonly refresh_token: string;
  /** A folder that keeps the refresh token that the server gave last, and the name of its file there. @default none */
  readonly persist?: { readonly path: string; readonly key?: string | undefined } | undefined;
}

/** Any HTTP endpoint that answers with JSON. */
export interface TokenEndpointConfig
  extends TokenLifetimeConfig,
    Pick<TokenEndpointOptions, 'url' | 'method' | 'headers' | 'body' | 'encoding'> {
  /** `tokenPath` of `tokenEndpoint()`. */
  readonly token_path: string;
  /** Its `expiresPath`. */
  readonly expires_path?: TokenEndpointOptions['expiresPath'];
  /** Another name of `expires_path`. */
  readonly expiry_path?: TokenEndpointOptions['expiresPath'];
  /** Its `applyAs`. */
  readonly apply_as?: TokenEndpointOptions['applyAs'];
}

/** The header and the text before the token that a `token_file` asks for, defaults filled in. */
export function tokenFileHeader(config: TokenFileConfig): { header: string; scheme: string } {
  const header = config.header ?? 'Authorization';
  return { header, scheme: config.scheme ?? (header.toLowerCase() === 'authorization' ? 'Bearer' : '') };
}
