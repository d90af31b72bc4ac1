import type { AuthSpec } from '../../config/auth/auth-spec.js';
import type { ResolvedSourceConfig } from '../../config/source-config.js';
import type { EndCause } from '../../connect/options/events.js';
import { saidText } from '../../connect/reach/connection-failures.js';
import { AuthError, ConnectError, DisconnectedError, MessageTooLargeError } from '../../errors.js';
import { MESSAGE_FORMATS, type MessageFormat } from '../../parse/formats.js';
import { hintFor } from '../../parse/look/hint.js';
import type { Look } from '../../parse/look/look.js';
import type { CheckReport } from '../../source/check.js';
import { formatDuration, formatNumber } from '../report/format.js';
import { closeAdvice } from './close-advice.js';
import { failed, ok, type Verdict, warning } from './result.js';
import { statusAdvice } from './status-advice.js';

/** What a connect that failed at `step` says, and which look it is told under. */
export function failureOf(
  error: unknown,
  step: 'upgrade' | 'subscribe' | 'first frame',
  config: ResolvedSourceConfig,
): { readonly name: 'credentials' | 'upgrade' | 'subscribe' | 'first frame'; readonly verdict: Verdict } {
  if (error instanceof AuthError) return { name: 'credentials', verdict: credentialFailure(error, config.auth) };
  return { name: step, verdict: connectFailure(error, step) };
}

/** What keeps a look from being made, such as a file that is gone. */
export function reachFailure(error: unknown): Verdict {
  return spoken(error instanceof Error ? error : new Error(String(error)), NO_UPGRADE.upgrade);
}

/** What went well when the upgrade did. */
export function acceptedText(auth: AuthSpec): string {
  return 'ref' in auth || auth.type !== 'none' ? `accepted (${kindOf(auth)})` : 'none given, none asked for';
}

/** What came after the subscribe messages. */
export function frameVerdict(
  frame: CheckReport['firstFrame'],
  look: Look | undefined,
  cause: EndCause | undefined,
  config: ResolvedSourceConfig,
  firstFrameMs: number,
): Verdict {
  if (frame === undefined) {
    return cause === 'closed'
      ? failed('the server closed the connection in good order before any frame', subscribeAdvice(config))
      : failed(`no frame within ${formatDuration(firstFrameMs)}`, `${subscribeAdvice(config)} ${QUIET}`);
  }
  const kind = `${frame.isBinary ? 'binary' : 'text'}, ${formatNumber(frame.bytes, 'byte')}`;
  const format: MessageFormat = MESSAGE_FORMATS[config.messageFormat];
  if (frame.error === undefined) {
    const stored = `${kind}, ${format.storedAs}`;
    const hint = look === undefined || format.isJson ? undefined : hintFor(look);
    // Text that is several records is as good as any; bytes that are none lose something when they become text.
    if (hint === undefined || look?.content.kind === 'pieces') return ok(stored);
    if (format.isMendable) return warning(stored, hint);
    return ok(look?.codec === undefined ? stored : `${stored}. ${withoutStop(hint)}`);
  }
  const { reason, offset, excerpt, hint } = frame.error;
  return failed(
    `${kind}, no ${format.isJson ? 'JSON' : 'text'}: ${reason} at byte ${offset}, near ${JSON.stringify(excerpt)}`,
    hint ?? (frame.isBinary ? NOT_JSON_BINARY : NOT_JSON),
  );
}

function credentialFailure(error: AuthError, auth: AuthSpec): Verdict {
  if (error.status === undefined) return failed(withoutStop(error.message), 'No connection was tried without them.');
  // A proxy's, which says so.
  if (error.status === 407) return spoken(error, 'Check the user info in `proxy`.');
  const detail = `refused with status ${error.status}${saidText(error)}`;
  if (error.status === 403) return failed(detail, FORBIDDEN);
  return 'ref' in auth || auth.type !== 'none'
    ? failed(detail, `Check \`auth\` (${kindOf(auth)}): whether it is the right one, and has not expired.`)
    : failed(detail, 'The server asks for credentials, and none are given. Set `auth`.');
}

function connectFailure(error: unknown, step: 'upgrade' | 'subscribe' | 'first frame'): Verdict {
  if (error instanceof ConnectError) {
    if (error.status === undefined) return spoken(error, NO_UPGRADE[step]);
    const after = error.retryAfter === undefined ? '' : `, Retry-After: ${error.retryAfter}`;
    return failed(`status ${error.status} in place of 101${after}${saidText(error)}`, statusAdvice(error));
  }
  if (error instanceof MessageTooLargeError) {
    return failed(
      `a message of more than ${formatNumber(error.limit, 'byte')}`,
      'Raise `max_message_bytes` if messages of that size are expected.',
    );
  }
  if (error instanceof DisconnectedError) {
    const { failedWith, closeCode, cause } = error;
    const because = cause instanceof Error ? `: ${withoutStop(cause.message)}` : '';
    return failed(`${howClosed(error)}${because}`, closeAdvice(failedWith === undefined ? closeCode : 1002));
  }
  return spoken(error instanceof Error ? error : new Error(String(error)), NO_UPGRADE[step]);
}

function howClosed({ failedWith, closeCode, reason }: DisconnectedError): string {
  if (failedWith !== undefined) return 'the server broke the WebSocket protocol';
  if (closeCode === 1006) return 'the connection was lost without a close frame';
  return `the server closed with code ${closeCode}${reason === '' ? '' : ` (${JSON.stringify(reason)})`}`;
}

function kindOf(auth: AuthSpec): string {
  return 'ref' in auth ? `ref: ${auth.ref}` : auth.type;
}

function subscribeAdvice({ subscribeMessages }: ResolvedSourceConfig): string {
  return subscribeMessages.length === 0
    ? 'Many feeds send nothing before they are asked to: see their documentation, and set `subscribe_messages`.'
    : "Check `subscribe_messages` against the feed's documentation.";
}

/** What an error says by itself: what happened, and what to do, which takes the place of `advice`. */
function spoken(error: Error, advice: string): Verdict {
  const what = /^.*?\.(?= [A-Z]|$)/s.exec(error.message)?.[0] ?? error.message;
  const rest = error.message.slice(what.length).trim();
  return failed(withoutStop(what), rest === '' || rest === SAYS_LITTLE ? advice : rest);
}

function withoutStop(text: string): string {
  return text.replace(/[.\s]+$/, '');
}

/** What is said of a failure of which nothing is known. */
const SAYS_LITTLE = 'Check the address, and that the server is up.';
const QUIET = 'A feed that is quiet at times needs a longer --wait.';
const NOT_JSON =
  'Set `message_format: raw_string` to store frames as text, or `on_parse_error: skip` if only some of them are no JSON.';
const NOT_JSON_BINARY =
  'Set `decompress` to what frames are compressed with, if they are, `message_format: binary` to store them as base64, or `on_parse_error: skip` if only some of them are no JSON.';
const FORBIDDEN =
  'The server knows who asks, and says no: check what these credentials may do, and whether it serves this address of the Internet at all.';
const NO_UPGRADE = {
  upgrade: 'Something answers there, but not as a WebSocket server: check host, port and path in `url`.',
  subscribe: 'Check `subscribe_messages`, and raise `handshake_timeout` if the server is slow.',
  'first frame': "See what the feed's documentation says about it.",
} as const;
