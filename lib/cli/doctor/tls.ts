import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type PeerCertificate } from 'node:tls';
import { isCertificateRefusal } from '../../internal/tls-alerts.js';
import { formatDuration } from '../report/format.js';
import type { SecureServer } from './address.js';
import type { Deadline } from './deadline.js';
import { failed, type Verdict } from './result.js';
import { certificateVerdict } from './tls-verdict.js';

/**
 * What the server proves of itself. The certificate is looked at even when it is not good, which takes a connection that
 * accepts any; nothing is sent over it.
 */
export async function checkTls({ host, port, tls }: SecureServer, deadline: Deadline): Promise<Verdict> {
  const servername = tls.servername ?? (isIP(host) === 0 ? host : '');
  const socket = connect({ ...tls, host, port, servername, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: deadline.signal });
    return certificateVerdict({
      host: servername === '' ? host : servername,
      version: socket.getProtocol() ?? 'TLS',
      // Its type says Error, but for a certificate that is refused it is the code.
      refusal: socket.authorized ? undefined : String(socket.authorizationError),
      mayBeAny: tls.rejectUnauthorized === false,
      certificate: socket.getPeerCertificate() as Partial<PeerCertificate>,
      now: Date.now(),
    });
  } catch (error) {
    if (deadline.hasPassed)
      return failed(`the server did not finish the TLS handshake within ${formatDuration(deadline.ms)}`, NOT_TLS);
    return handshakeFailure(error as NodeJS.ErrnoException);
  } finally {
    socket.destroy();
  }
}

function handshakeFailure({ code = '', message }: NodeJS.ErrnoException): Verdict {
  if (isCertificateRefusal(code)) return failed(`the server refused the TLS handshake (${code})`, CLIENT_CERTIFICATE);
  switch (code) {
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return failed(`the server does not speak TLS at this port (${code})`, NOT_TLS);
    case 'ECONNRESET':
      return failed('the server ended the connection within the TLS handshake', NOT_TLS);
    default:
      return failed(`the TLS handshake failed: ${message.trim()}`, NOT_TLS);
  }
}

const NOT_TLS =
  'Check the port in `url`: behind it should be TLS. A server without TLS is reached by ws:// in place of wss://.';
const CLIENT_CERTIFICATE =
  'The server may ask for a certificate of ours (`tls.cert` and `tls.key`), or for a TLS version or cipher that this Node does not offer.';
