import { type FaucetRow, fileWith } from '../row.js';

const NO_ENDPOINT = 'no token endpoint runs beside the golden files';
const USED = 'auth: { ref: mine }';

/** The catalogue of credentials. */
export const authRows: readonly FaucetRow[] = [
  {
    construct: '`auth: { type: none }`, `bearer`, `custom` of the source',
    file: fileWith({ source: 'auth: { type: custom, config: { headers: { X-Key: k } } }' }),
    validate: 'valid',
    writes: '{"type":"trade","symbol":"btc","price":1.10}\n{"type":"quote","symbol":"eth","price":2}\n',
    original: 'same',
  },
  ...(['{ token: t }', '{ header: X-Key, value: k }', '{ username: u, password: p }'] as const).map(
    (config): FaucetRow => ({
      construct: `\`static ${config}\``,
      file: fileWith({ top: `auth: { mine: { type: static, config: ${config} } }`, source: USED }),
      validate: 'valid',
      writes: '{"type":"trade","symbol":"btc","price":1.10}\n{"type":"quote","symbol":"eth","price":2}\n',
      original: 'same',
    }),
  ),
  {
    construct: '`oauth2 { token_url, client_id, client_secret, scopes, expiry_ratio }`',
    file: fileWith({
      top: 'auth: { mine: { type: oauth2, config: { token_url: "https://id.example.com/t", client_id: i, client_secret: s, scopes: [a, b], expiry_ratio: 0.9 } } }',
      source: USED,
    }),
    validate: 'valid',
    original: NO_ENDPOINT,
  },
  {
    construct: '`oauth2_refresh { …, refresh_token, persist: { path, key } }`',
    file: fileWith({
      top: 'auth: { mine: { type: oauth2_refresh, config: { token_url: "https://id.example.com/t", client_id: i, client_secret: s, refresh_token: r, scope: a, persist: { path: ./tokens, key: mine } } } }',
      source: USED,
    }),
    validate: 'valid',
    original: `${NO_ENDPOINT}; the file that keeps the token is the same`,
  },
  {
    construct: '`token_endpoint { url, method, headers, body, encoding, token_path, expires_path, apply_as }`',
    file: fileWith({
      top: 'auth: { mine: { type: token_endpoint, config: { url: "https://id.example.com/t", method: POST, headers: { X-A: b }, body: { k: v }, encoding: form, token_path: $.data.token, expires_path: $.ttl, apply_as: { header: Cookie, template: "sid={token}" } } } }',
      source: USED,
    }),
    validate: 'valid',
    original: NO_ENDPOINT,
  },
  {
    construct: '`expiry_path` of `token_endpoint`',
    file: fileWith({
      top: 'auth: { mine: { type: token_endpoint, config: { url: "https://id.example.com/t", token_path: token, expiry_path: $.ttl } } }',
      source: USED,
    }),
    validate: 'valid',
    original: NO_ENDPOINT,
  },
  {
    construct: '`scope` beside `scopes`, `expiry_margin` beside `expiry_ratio`',
    file: fileWith({
      source:
        'auth: { type: oauth2, config: { token_url: "https://id.example.com/t", client_id: i, client_secret: s, scope: a, scopes: [a], expiry_margin: 60, expiry_ratio: 0.9 } }',
    }),
    validate: [
      '9:120: pipeline.source.config.auth.config.scopes: It does not go together with `scope`. Remove one of the two.',
      '9:152: pipeline.source.config.auth.config.expiry_ratio: It does not go together with `expiry_margin`. Remove one of the two.',
    ].join('\n'),
    original: 'it knows neither `scope` nor `expiry_margin` there, and says nothing of them',
  },
  ...(
    [
      ['oauth1', '`oauth1` of faucet is not part of spillway: sign in code, by a function for `credentials`.'],
      [
        'flow',
        '`flow` of faucet is not part of spillway: ask for the token in code, by a function for `credentials`, or by `token_endpoint` where one request is enough.',
      ],
      [
        'google_service_account',
        '`google_service_account` of faucet is not part of spillway: ask for the token in code, by a function for `credentials`, or write it into a file for `token_file`.',
      ],
    ] as const
  ).map(
    ([type, sentence]): FaucetRow => ({
      construct: `\`auth: { …: { type: ${type} } }\``,
      file: fileWith({ top: `auth: { mine: { type: ${type}, config: {} } }`, source: USED }),
      validate: `2:23: auth.mine.type: ${sentence}`,
      original: 'newer versions than the one that is compared have it',
    }),
  ),
];
