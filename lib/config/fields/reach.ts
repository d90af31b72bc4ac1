import { REACH_OPTIONS } from '../../connect/options/reach-options.js';
import { anyText, file, secret, words, yesNo } from '../../internal/options/kinds.js';
import type { GivenOf } from '../../internal/options/option.js';
import { shape, shapeForm } from '../../internal/options/shapes.js';
import type { ReachConfig } from './option-types.js';

const TLS_OPTIONS = {
  ca: file({ description: 'A file of PEM.' }),
  cert: file({ description: 'A file of PEM, with those between it and its authority.' }),
  key: file({ description: 'A file of PEM.' }),
  passphrase: secret(anyText({ description: 'What the key is encrypted with.' })),
  servername: anyText({ description: 'For SNI and for the certificate check.' }),
  rejectUnauthorized: yesNo({ description: '`false` accepts any certificate: for tests alone.', fallback: true }),
  minVersion: words(['TLSv1.2', 'TLSv1.3'], { description: 'The oldest version to speak.', fallback: 'TLSv1.2' }),
};

/** Files of PEM, which are read again at every connect, and what else rules TLS. */
export type TlsConfig = NonNullable<ReachConfig['tls']>;

/** The same in the terms of code. */
export interface TlsFiles extends GivenOf<typeof TLS_OPTIONS> {}

/** The options that get a connection through, as a configuration has them: TLS by file, and what the environment says of proxies. */
export const REACH_CONFIG = {
  tls: shape<TlsFiles>(shapeForm(TLS_OPTIONS, { needs: { cert: 'key', key: 'cert', passphrase: 'key' } }), {
    title: 'TLS',
    description:
      'For `wss://`: `ca` (a file of the authorities to trust, in place of those that this machine knows), `cert` and `key` (files, for a server that asks who we are), `passphrase` of the key, `servername` (the host of `url` when it is not set), `reject_unauthorized` (`false` accepts any certificate: for tests alone), `min_version` (`TLSv1.2` or `TLSv1.3`). Files are PEM, and read again at every connect.',
    note: '',
    examples: [{ ca: './ca.pem', cert: './client.pem', key: './client.key' }],
  }),
  ...REACH_OPTIONS,
  proxy: { ...REACH_OPTIONS.proxy, fallback: 'environment' },
};
