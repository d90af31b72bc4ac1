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
  | { readonly type: 'oauth2'; readonly config: OAuth2Config }
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

/** OAuth 2, client credentials: a token from a token endpoint. */
export interface OAuth2Config {
  /** The token endpoint: `https://`, or `http://` on this machine. */
  readonly token_url: string;
  readonly client_id: string;
  readonly client_secret: string;
  /** What is asked for, with blanks between. @default none */
  readonly scope?: string | undefined;
  /** For servers that ask whom the token is for. @default none */
  readonly audience?: string | undefined;
  /** Further fields of the request. @default {} */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** Where id and secret are sent. @default 'header' */
  readonly client_auth?: 'header' | 'body' | undefined;
  /** How long before its end a token is not used any more. @default 60 */
  readonly expiry_margin?: number | string | undefined;
}

/** The header and the text before the token that a `token_file` asks for, defaults filled in. */
export function tokenFileHeader(config: TokenFileConfig): { header: string; scheme: string } {
  const header = config.header ?? 'Authorization';
  return { header, scheme: config.scheme ?? (header.toLowerCase() === 'authorization' ? 'Bearer' : '') };
}
