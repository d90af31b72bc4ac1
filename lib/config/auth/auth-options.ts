import {
  CLIENT_OPTIONS,
  ENDPOINT_OPTIONS,
  LIFETIME_OPTIONS,
  REFRESH_OPTIONS,
} from '../../connect/options/token-options.js';
import { anyText, file, own, required } from '../../internal/options/kinds.js';
import type { OptionTable, RequiredOption } from '../../internal/options/option.js';
import { shapeForm } from '../../internal/options/shapes.js';
import { field } from '../../internal/options.js';
import { pathKeywords } from '../../json/option-kinds.js';

const token = anyText({ description: 'Sent as `Authorization: Bearer …`.' });
const password = anyText({ description: 'May be empty.', minLength: 0 });

const { applyAs, expiryMarginMs: _margin, expiryRatio: _ratio, ...ASKED } = ENDPOINT_OPTIONS;

/** What each kind of credentials has below `config`, by the name of its schema. */
export const AUTH_OPTIONS = {
  token: shapeForm({ token: required(token) }),
  login: shapeForm({ username: username('Without a colon (RFC 7617).'), password: required(password) }),
  custom_headers: shapeForm({
    headers: required(
      own(
        field<Readonly<Record<string, string>> | undefined>(undefined, 'an object', () => true),
        {
          description: 'Headers of the upgrade request, by name.',
          schema: { type: 'object', additionalProperties: { type: 'string' } },
        },
      ),
    ),
  }),
  token_file: shapeForm({
    path: required(file({ description: 'A file that holds nothing but the token.' })),
    header: anyText({ description: 'The header to send it in.', fallback: 'Authorization' }),
    scheme: anyText({
      description:
        'What stands before the token, with a space. `Bearer` in the header `Authorization`, otherwise nothing.',
      minLength: 0,
    }),
  }),
  static: shapeForm(
    {
      token,
      header: anyText({ description: 'The name of a header, for `value`.' }),
      value: anyText({ description: 'What the header says.' }),
      username: { ...username('Without a colon.'), isRequired: false },
      password,
    },
    { needs: { header: 'value', value: 'header', username: 'password', password: 'username' } },
  ),
  oauth2: shapeForm(CLIENT_OPTIONS),
  oauth2_refresh: shapeForm({ ...CLIENT_OPTIONS, ...REFRESH_OPTIONS }),
  token_endpoint: shapeForm({
    ...ASKED,
    expiryPath: own(
      field<string | undefined>(undefined, 'a path', () => true),
      {
        description: 'Another name of `expires_path`.',
        type: 'string',
        schema: pathKeywords,
      },
    ),
    applyAs,
    ...LIFETIME_OPTIONS,
  }),
};

/** The options of those whose names in code differ from their keys, by the name of their interface in a configuration. */
export const AUTH_TABLES = {
  TokenFileConfig: { about: 'A token that a file holds.', table: AUTH_OPTIONS.token_file.table },
  OAuth2Config: {
    about: 'OAuth 2, client credentials: a token from a token endpoint.',
    table: AUTH_OPTIONS.oauth2.table,
  },
  RefreshTokenConfig: { about: 'OAuth 2, refresh token.', table: AUTH_OPTIONS.oauth2_refresh.table },
  TokenEndpointConfig: { about: 'Any HTTP endpoint that answers with JSON.', table: AUTH_OPTIONS.token_endpoint.table },
} satisfies Readonly<Record<string, { readonly about: string; readonly table: OptionTable }>>;

function username(description: string): RequiredOption<string> {
  return required(
    own(
      field<string | undefined>(undefined, 'text without a colon', () => true),
      {
        comment: 'text without a colon',
        description,
        type: 'string',
        schema: { type: 'string', pattern: '^[^:]*$' },
      },
    ),
  );
}
