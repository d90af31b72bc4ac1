import { type FaucetRow, fileWith } from '../row.js';

/** The source's own keys. */
export const sourceRows: readonly FaucetRow[] = [
  {
    construct: '`envelope`, `batch_size`, `message_format`, `on_parse_error`',
    file: fileWith({ source: 'batch_size: 1\nmessage_format: json\non_parse_error: skip' }),
    validate: 'valid',
    frames: ['{"n":1.10}', 'oops', '{"n":[null]}'],
    writes: '{"n":1.10}\n{"n":[null]}\n',
    original: 'same',
  },
  {
    construct: 'all 14 keys of the source',
    file: fileWith({
      source: [
        'auth: { type: bearer, config: { token: t } }',
        'subscribe_messages: ["hello"]',
        'message_format: json',
        'on_parse_error: fail',
        'envelope: false',
        'ping_interval: 20',
        'reconnect: false',
        'reconnect_backoff: 1',
        'max_reconnect_attempts: 3',
        'max_message_bytes: 1000',
        'batch_size: 0',
      ].join('\n'),
    }),
    validate: 'valid',
    writes: '{"type":"trade","symbol":"btc","price":1.10}\n{"type":"quote","symbol":"eth","price":2}\n',
    original: 'same',
  },
  {
    construct: '`message_format: raw_string`',
    file: fileWith({ source: 'message_format: raw_string' }),
    validate: 'valid',
    frames: ['{"n":1.10}', 'oops "quoted" \u00e9'],
    writes: '"{\\"n\\":1.10}"\n"oops \\"quoted\\" \u00e9"\n',
    original: 'same',
  },
  {
    construct: '`message_format: binary`',
    file: fileWith({ source: 'message_format: binary' }),
    validate: 'valid',
    frames: ['oops'],
    writes: '"b29wcw=="\n',
    original: 'same',
  },
];
