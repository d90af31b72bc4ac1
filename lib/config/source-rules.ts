import { ConfigError } from '../errors.js';
import { type Context, fillPlaceholders } from './context.js';
import { POSITIVE_DURATION_PATTERN, parseDuration } from './durations.js';
import { checkAddress } from './fields/address.js';
import { checkIntake, INTAKE_TIMERS } from './fields/intake.js';
import { checkLiveness, LIVENESS_TIMERS } from './fields/liveness.js';
import { checkReconnect, RECONNECT_TIMERS } from './fields/reconnect.js';
import { checkRotation, ROTATION_TIMERS } from './fields/rotation.js';
import { subscribeTimers } from './fields/subscribe.js';
import { type Finding, valueFinding } from './findings.js';
import { checkAuth, checkHeaders } from './header-rules.js';
import { checkReach } from './reach-rules.js';

/** What is wrong with a source's configuration beyond what its JSON Schema can say. Values of a wrong type pass. */
export function checkSourceRules(config: unknown, context: Context): Finding[] {
  if (typeof config !== 'object' || config === null) return [];
  const given = config as Readonly<Record<string, unknown>>;
  return [
    ...checkAddress(given, (url) => urlProblem(url, context)),
    ...checkAuth(given['auth'], ['auth']),
    ...checkHeaders(given['headers'], ['headers']),
    ...checkFormat(given),
    ...checkDurations(given),
    ...checkLiveness(given),
    ...checkReconnect(given),
    ...checkRotation(given),
    ...checkReach(given),
    ...checkIntake(given),
  ];
}

/** The address itself is not shown: user info, path and query may hold credentials. */
function urlProblem(template: string, context: Context): string | undefined {
  let url: string;
  try {
    url = fillPlaceholders(template, context);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return `A placeholder cannot be filled: ${error.message}`;
  }
  if (/^\s|\s$|[\t\r\n]/.test(url)) {
    return 'Expected an address without blanks around it and without line breaks and tabs in it. Remove them.';
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) {
    return 'Expected a whole address such as `wss://example.com/feed`, but this cannot be parsed as one.';
  }
  if (parsed.protocol === 'http:' || parsed.protocol === 'https:') {
    const scheme = parsed.protocol === 'http:' ? 'ws' : 'wss';
    return `Expected an address that begins with \`ws://\` or \`wss://\`, but found \`${parsed.protocol}//\`. Write \`${scheme}://\` in its place.`;
  }
  if (!/^wss?:\/\//i.test(url)) {
    return 'Expected an address that begins with `ws://` or `wss://`, but this one begins with something else.';
  }
  if (parsed.host.includes('{')) {
    return 'The host is still a placeholder: the context has no value of its name. Give it one.';
  }
  if (url.includes('#')) {
    return 'Expected an address without a fragment: what follows `#` is never sent to a server. Remove it.';
  }
  return undefined;
}

/** The schema's `minimum` sees numbers only, and its pattern no further than that a text is not zero. */
function checkDurations(given: Readonly<Record<string, unknown>>): Finding[] {
  return [...TIMERS, ...subscribeTimers(given)].flatMap((path) => {
    let value: unknown = given;
    for (const key of path) value = (value as Record<string | number, unknown> | undefined | null)?.[key];
    if (typeof value !== 'string' || !POSITIVE_TEXT.test(value) || parseDuration(value) >= 1) return [];
    return [valueFinding(path, 'Expected a duration of at least 1 ms, but found a shorter one.')];
  });
}

function checkFormat(given: Readonly<Record<string, unknown>>): Finding[] {
  const format = given['message_format'] ?? 'json';
  const findings: Finding[] = [];
  if (format === 'binary' && given['split'] === 'lines') {
    findings.push(
      valueFinding(
        ['split'],
        '`split: lines` does not go together with `message_format: binary`: its bytes are not text. Remove one of the two.',
      ),
    );
  }
  // A format that is not known at all has a finding of its own.
  if (format !== 'raw_string' && format !== 'binary') return findings;
  for (const key of ['records_path', 'record_schema', 'select']) {
    if (given[key] !== undefined) {
      findings.push({
        path: [key],
        at: 'key',
        message: `\`${key}\` looks into JSON, so it needs \`message_format: json\`, not \`${format}\`.`,
      });
    }
  }
  return findings;
}

const TIMERS = [
  ['ping_interval'],
  ['idle_timeout'],
  ['linger'],
  ['handshake_timeout'],
  ...LIVENESS_TIMERS,
  ...INTAKE_TIMERS,
  ...RECONNECT_TIMERS,
  ...ROTATION_TIMERS,
] as const;
const POSITIVE_TEXT = new RegExp(POSITIVE_DURATION_PATTERN);
