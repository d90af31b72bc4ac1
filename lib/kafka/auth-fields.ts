/** All there is to say of a key below `config` of credentials: they are the same in code and in a pipeline file. */
export interface AuthField {
  readonly description: string;
  /** The few words that it can be; any text without. */
  readonly words?: readonly string[];
  /** Whether it may be empty. */
  readonly mayBeEmpty?: true;
  /** Whether it is the path of a file. */
  readonly isFile?: true;
  /** Whether it must not be shown. */
  readonly isSecret?: true;
}

/** Keys by name. */
export type AuthFields = Readonly<Record<string, AuthField>>;

/** A user and a password. */
export const LOGIN_FIELDS = {
  username: { description: 'The user.' },
  password: { description: "The user's password.", isSecret: true },
} as const satisfies AuthFields;

/** The same for SCRAM. */
export const SCRAM_FIELDS = {
  mechanism: { description: 'Which hash: SCRAM-SHA-256 or SCRAM-SHA-512.', words: ['sha256', 'sha512'] },
  ...LOGIN_FIELDS,
} as const satisfies AuthFields;

/** A bearer token. */
export const TOKEN_FIELDS = {
  token: { description: 'The bearer token.', isSecret: true },
  token_path: {
    description: 'In place of `token`: a file that holds nothing but the token, read again at every login.',
    isFile: true,
  },
} as const satisfies AuthFields;

/** Certificates by file, in PEM. */
export const TLS_FIELDS = {
  /** Whom to trust. @default what Node trusts */
  ca_path: { description: 'The certificates to trust, in PEM, in place of those that Node trusts.', isFile: true },
  /** Our own certificate. @default none */
  cert_path: { description: 'Our own certificate, in PEM.', isFile: true },
  /** The key of our own certificate. @default none */
  key_path: { description: 'The key of our own certificate, in PEM.', isFile: true },
  /** What the key's file is encrypted with. @default none */
  key_password: { description: 'What the file of the key is encrypted with.', mayBeEmpty: true, isSecret: true },
  /** The name that the broker's certificate must have. @default the host that is connected to */
  server_name: { description: "The name that the broker's certificate must have, where it is not the host's." },
} as const satisfies AuthFields;

/** The ways to log in: their keys, and which of them must be there. */
export const LOGINS = {
  sasl_plain: { fields: LOGIN_FIELDS, required: ['username', 'password'] },
  sasl_scram: { fields: SCRAM_FIELDS, required: ['mechanism', 'username', 'password'] },
  sasl_oauthbearer: { fields: TOKEN_FIELDS, required: [], oneOf: ['token', 'token_path'] },
} as const satisfies Readonly<Record<string, LoginKind>>;

/** One way to log in. */
export interface LoginKind {
  readonly fields: AuthFields;
  readonly required: readonly string[];
  /** Two keys of which there must be one: the first is asked for. */
  readonly oneOf?: readonly [string, string];
}

/** What keys without a default may be given. */
export type Texts<F extends AuthFields> = { readonly [K in keyof F]?: string | undefined };
