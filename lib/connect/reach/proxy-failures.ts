import { AuthError, ConnectError, type SpillwayError } from '../../errors.js';
import { showProxy } from '../../internal/proxy-address.js';
import { redactUrl } from '../../secrets/redaction.js';
import { saidText } from './connection-failures.js';
import type { HttpRefusal } from './http-refusal.js';

/** The error for a proxy that answers with a status other than 200 to 299. */
export function proxyRefused(proxy: URL, url: string, refusal: HttpRefusal): SpillwayError {
  const { status, location, answer } = refusal;
  const what = `The proxy ${showProxy(proxy)}`;
  const said = saidText(refusal);
  if (status === 407) {
    return new AuthError(`${what} refused the credentials with status 407${said}. Check the user info in \`proxy\`.`, {
      status,
      location,
      answer,
    });
  }
  return new ConnectError(
    `${what} refused to connect to ${redactUrl(url)} with status ${status}${said}. Check that it lets this address through, or that \`proxy\` is the right one.`,
    { url: redactUrl(url), location, answer },
  );
}

/** The error for a proxy that leads nowhere. */
export function proxyUnreachable(proxy: URL, url: string, cause: unknown): SpillwayError {
  return new ConnectError(
    `No connection to ${redactUrl(url)} through the proxy ${showProxy(proxy)}${whyNot(cause)}. Check \`proxy\` and its credentials, and that the proxy is up.`,
    { url: redactUrl(url), cause },
  );
}

function whyNot(cause: unknown): string {
  const { code, message = '' } = cause as Partial<NodeJS.ErrnoException>;
  if (code === 'HPE_HEADER_OVERFLOW') return ': the head of its answer is larger than 64 KiB';
  const why = message.replace(/[.\s]+$/, '');
  if (code?.startsWith('HPE_') === true) return `: its answer is no HTTP (${why})`;
  return why === '' ? '' : `: ${why}`;
}
