import { isCertificateRefusal } from '../../internal/tls-alerts.js';

/** What to do about a connection that never came about, as a whole sentence. */
export function adviceFor(error: Error & { readonly code?: unknown }): string {
  const { code } = error;
  if (typeof code === 'string') {
    if (isCertificateRefusal(code)) return CLIENT_CERTIFICATE;
    for (const [pattern, advice] of ADVICE) if (pattern.test(code)) return advice;
  }
  return 'Check the address, and that the server is up.';
}

const CLIENT_CERTIFICATE =
  'The server asks for a certificate of ours, or takes no other TLS than this Node offers: set `tls.cert` and `tls.key`.';

/** By Node's and OpenSSL's codes. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET|VERIFY)_)/,
    'This machine does not know who signed the certificate: name the file of your own authority as `tls.ca`.',
  ],
  [
    /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/,
    "Have the server's certificate renewed, or check the time of this machine.",
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    'The certificate is for another host: check the address, or give the name that it is good for as `tls.servername`.',
  ],
  [
    /^HPE_HEADER_OVERFLOW$/,
    'The head of its answer is larger than Node takes (16 KiB, --max-http-header-size): this is no answer of a WebSocket server. Check host, port and path of the address.',
  ],
  [
    /^HPE_/,
    'Something answers there, but not as a WebSocket server: check host, port and path of the address, and whether it begins with wss:// where it should.',
  ],
  [
    /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/,
    'The server does not speak TLS there: check the port, or begin the address with ws:// in place of wss://.',
  ],
];
