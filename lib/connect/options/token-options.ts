import { hasStraySpace } from '../../internal/address.js';
import { isHeaderName, isHeaders, isHeaderValue } from '../../internal/header.js';
import { anyText, duration, file, own, required, secret, words } from '../../internal/options/kinds.js';
import type { GivenOf, Option } from '../../internal/options/option.js';
import { shape, shapeForm } from '../../internal/options/shapes.js';
import { field, isTexts } from '../../internal/options.js';
import { CLOCK } from '../../internal/service-fields.js';
import { filledPathKeywords, pathKeywords } from '../../json/option-kinds.js';
import { REACH_FIELDS } from './reach-options.js';

/** How long a token is used. */
export const LIFETIME_OPTIONS = {
  /**
   * A token is not used any more so long before it ends; of one that lives for less than ten times that, a tenth. Not together with
   * `expiryRatio`. @default 60_000
   */
  expiryMarginMs: duration({
    description:
      'A token is not used any more so long before it ends; of one that lives for less than ten times that, a tenth. 60 seconds when neither this nor `expiry_ratio` is set.',
    minMs: 0,
  }),
  /** How much of its time a token is used, above 0 and up to 1: 0.9 is up to a tenth before its end. @default none: by `expiryMarginMs` */
  expiryRatio: own(
    field<number | undefined>(
      undefined,
      'a number above 0 and up to 1',
      (value) => typeof value === 'number' && value > 0 && value <= 1,
    ),
    {
      description: 'In place of `expiry_margin`: how much of its time a token is used, above 0 and up to 1.',
      type: 'number',
      schema: { $comment: 'a number above 0 and up to 1', type: 'number', exclusiveMinimum: 0, maximum: 1 },
    },
  ),
};

/** Who asks a token endpoint of OAuth 2, and for what. */
export const CLIENT_OPTIONS = {
  /** The token endpoint: `https://`, or `http://` on this machine. */
  tokenUrl: required(endpoint()),
  /** Who asks. */
  clientId: required(secret(anyText({ description: 'Who asks.' }))),
  /** What proves it. */
  clientSecret: required(secret(anyText({ description: 'What proves it.' }))),
  /** What is asked for, with blanks between. @default none */
  scope: secret(anyText({ description: 'What is asked for, with blanks between.' })),
  /** The same as a list, in place of `scope`. @default [] */
  scopes: own(field<readonly string[]>([], 'an array of strings', isTexts), {
    description: 'In place of `scope`: the same as a list.',
    type: 'readonly string[]',
    schema: { type: 'array', items: { type: 'string', minLength: 1 } },
  }),
  /** For servers that ask whom the token is for. @default none */
  audience: secret(anyText({ description: 'For servers that ask whom the token is for.' })),
  /** Further fields of the request, such as `resource`. @default {} */
  params: own(field<Readonly<Record<string, string>>>({}, 'an object of strings', isMap), {
    description: 'Further fields of the request, such as `resource`.',
    type: 'Readonly<Record<string, string>>',
    schema: { type: 'object', additionalProperties: { type: 'string' } },
  }),
  /**
   * Where id and secret are sent: in the header `Authorization` (RFC 6749, section 2.3.1), or in the body. `auto`: in the header, and
   * in the body once the server has said `invalid_client` to that. @default 'auto'
   */
  clientAuth: words(['auto', 'header', 'body'], {
    description:
      'Where id and secret are sent: in the header `Authorization`, or in the body; `auto`: in the header, and in the body once the server has said `invalid_client` to that.',
    fallback: 'auto',
  }),
  ...LIFETIME_OPTIONS,
};

const PERSIST_OPTIONS = {
  /** A folder, in which it is a file that its owner alone can read. Made where there is none. */
  path: required(file({ description: 'A folder, which is made where there is none.' })),
  /** The name of the file, without `.json`: letters, digits, `_`, `-` and dots within. @default none: made of endpoint, client and refresh token */
  key: patterned('letters, digits, `_`, `-` and dots', '^\\w[\\w.-]{0,127}$', {
    description: 'The name of the file there, without `.json`: by default one of its own for each log-in.',
    fallback: undefined,
  }),
};

/** Where a refresh token is kept. */
export interface PersistOptions extends GivenOf<typeof PERSIST_OPTIONS> {}

/** What a log-in by a refresh token says beside the client. */
export const REFRESH_OPTIONS = {
  /** What a log-in gave: a new bearer token is had for it. */
  refreshToken: required(secret(anyText({ description: 'What a log-in gave: a new token is had for it.' }))),
  /**
   * Keeps the refresh token that the server gives in place of the one before, so that the next run has it. @default none: it is
   * forgotten with the run, and where the server gives new ones, so is the login
   */
  persist: shape<PersistOptions>(shapeForm(PERSIST_OPTIONS), {
    description:
      'Keeps the refresh token that the server gives in place of the one before, in a file that its owner alone can read, so that the next run has it.',
    note: ': a folder, and at most the name of a file in it',
  }),
};

const APPLY_OPTIONS = {
  /** Its name. */
  header: required(
    own(
      field<string | undefined>(
        undefined,
        'the name of a header',
        (value) => typeof value === 'string' && isHeaderName(value),
      ),
      {
        description: 'Its name.',
        type: 'string',
        schema: { type: 'string', minLength: 1 },
      },
    ),
  ),
  /** What it says, with `{token}` in the place of the token. @default '{token}' */
  template: own(
    field<string | undefined>(
      '{token}',
      'text with `{token}` in it',
      (value) => typeof value === 'string' && value.includes('{token}') && isHeaderValue(value),
    ),
    {
      comment: 'text with `{token}` in it',
      description: 'What it says, with `{token}` in the place of the token.',
      type: 'string',
      schema: { type: 'string', pattern: '\\{token\\}' },
    },
  ),
};

/** The header that a token is sent in. */
export interface TokenHeaderOptions extends GivenOf<typeof APPLY_OPTIONS> {}

/** What is asked of any endpoint that answers with JSON. */
export const ENDPOINT_OPTIONS = {
  /** Where tokens are had: `https://`, or `http://` on this machine. */
  url: required(endpoint()),
  /** Of the request. @default 'POST' */
  method: patterned('the name of an HTTP method', '^[A-Za-z]{1,20}$', {
    description: 'Of the request.',
    fallback: 'POST',
  }),
  /** Further headers of the request. @default {} */
  headers: secret(
    own(field<Readonly<Record<string, string>>>({}, 'an object of header names and their values', isHeaders), {
      description: 'Further headers of the request.',
      type: 'Readonly<Record<string, string>>',
      schema: { type: 'object', additionalProperties: { type: 'string' } },
    }),
  ),
  /** What is sent: any JSON value; with `encoding: 'form'` an object of texts, numbers and booleans. @default none */
  body: secret(
    own(field<unknown>(undefined, 'a JSON value', isJson), {
      description:
        'What is sent, a JSON value of whatever kind; with `encoding: form` an object of texts, numbers and booleans.',
      schema: {},
    }),
  ),
  /** How the body is written. @default 'json' */
  encoding: words(['json', 'form'], { description: 'How the body is written.', fallback: 'json' }),
  /** Where in the JSON of the answer the token stands, a text or a number: `data.token`, `$.auth['access.token']`. */
  tokenPath: required(
    own(
      field<string | undefined>(
        undefined,
        'a path such as `data.token`',
        (value) => typeof value === 'string' && value !== '',
      ),
      {
        description: 'Where in the answer the token stands, a text or a number.',
        type: 'string',
        schema: filledPathKeywords,
      },
    ),
  ),
  /** Where the seconds stand for which it is good, as a number or as text. @default none: it is good for 5 minutes */
  expiresPath: own(
    field<string | undefined>(undefined, 'a path such as `data.expires`', (value) => typeof value === 'string'),
    {
      description: 'Where in the answer the seconds stand for which it is good.',
      type: 'string',
      schema: pathKeywords,
    },
  ),
  /** The header that the token is sent in, with `{token}` for it in `template` (`{token}` alone by default). @default none: `Authorization: Bearer …` */
  applyAs: shape<TokenHeaderOptions>(shapeForm(APPLY_OPTIONS), {
    description: 'The header that the token is sent in; `Authorization: Bearer …` when it is left out.',
    note: ': the name of a header, and at most text that holds {token}',
  }),
  ...LIFETIME_OPTIONS,
};

/** The way to the token endpoint, which code alone may give. */
export const WAY_FIELDS = {
  /** The proxy on the way to the token endpoint, as that of `WebSocketReadable`. @default 'none' */
  proxy: REACH_FIELDS.proxy,
  /** TLS options for the token endpoint. @default Node's */
  tls: REACH_FIELDS.tls,
  /** Where time comes from: for tests. @default this machine's */
  clock: CLOCK,
};

/** How long a token is used, and the way to its endpoint. */
export interface TokenOptions extends GivenOf<typeof LIFETIME_OPTIONS>, GivenOf<typeof WAY_FIELDS> {}

function endpoint(): Option<string | undefined> {
  const expected = 'an address that begins with https://, or http:// on this machine';
  return secret(
    own(field<string | undefined>(undefined, expected, isEndpoint), {
      comment: 'an address that begins with `https://`, or with `http://` on this machine',
      description: 'The token endpoint: `https://`, or `http://` on this machine.',
      type: 'string',
      schema: { type: 'string', pattern: '^(https://|http://(localhost|127\\.|\\[::1\\]))' },
    }),
  );
}

function patterned<R extends string | undefined>(
  comment: string,
  pattern: string,
  { description, fallback }: { readonly description: string; readonly fallback: R },
): Option<R extends string ? string : string | undefined> {
  const expression = new RegExp(pattern);
  const accepts = (value: unknown): boolean => typeof value === 'string' && expression.test(value);
  return own(field(fallback as never, comment, accepts), {
    comment,
    description,
    type: 'string',
    schema: { type: 'string', pattern },
  });
}

function isEndpoint(value: unknown): boolean {
  if (typeof value !== 'string' || hasStraySpace(value) || !URL.canParse(value)) return false;
  const { protocol, hostname, hash } = new URL(value);
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return hash === '' && (protocol === 'https:' || (protocol === 'http:' && isHere));
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string');
}

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}
