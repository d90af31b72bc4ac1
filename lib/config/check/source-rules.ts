import { ConfigError } from '../../errors.js';
import { formatsThat, messageFormat } from '../../parse/formats.js';
import { type Context, fillPlaceholders } from '../context.js';
import { checkAddress } from '../fields/address.js';
import { checkDeadLetter } from '../fields/dead-letter.js';
import { ruleFindings } from '../fields/option-surface.js';
import { SOURCE_OPTIONS, SOURCE_RULES } from '../fields/option-tables.js';
import { textFindings } from '../fields/text-bounds.js';
import { addressProblem } from './address-rules.js';
import { checkAuth } from './auth-rules.js';
import { below, type Finding, valueFinding } from './findings.js';
import { checkHeaders } from './header-rules.js';
import { checkIntake } from './intake-rules.js';
import { checkReach } from './reach-rules.js';
import { checkLimits, checkSplit } from './record-rules.js';
import { checkTransforms } from './transform-rules.js';

/** What is wrong with a source's configuration beyond what its JSON Schema can say. Values of a wrong type pass. */
export function checkSourceRules(config: unknown, context: Context): Finding[] {
  if (typeof config !== 'object' || config === null) return [];
  const given = config as Readonly<Record<string, unknown>>;
  return [
    ...checkAddresses(given, context),
    ...checkAuth(given['auth'], ['auth']),
    ...checkHeaders(given['headers'], ['headers']),
    ...checkProtocols(given),
    ...checkFormat(given),
    ...checkSplit(given),
    ...checkLimits(given),
    ...checkDeadLetter(given),
    ...textFindings(SOURCE_OPTIONS, given),
    ...ruleFindings(SOURCE_OPTIONS, SOURCE_RULES, given),
    ...checkReach(given),
    ...checkIntake(given),
    ...below(['transforms'], checkTransforms(given['transforms'])),
  ];
}

/** What is wrong with the addresses alone. */
export function checkAddresses(given: Readonly<Record<string, unknown>>, context: Context): Finding[] {
  return checkAddress(given, (url) => urlProblem(url, context));
}

function urlProblem(template: string, context: Context): string | undefined {
  let url: string;
  try {
    url = fillPlaceholders(template, context);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return `A placeholder cannot be filled: ${error.message}`;
  }
  const problem = addressProblem(url, 'wss://example.com/feed');
  if (problem !== undefined) return problem;
  const parsed = new URL(url);
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

function checkProtocols({ protocols, require_protocol: isRequired }: Readonly<Record<string, unknown>>): Finding[] {
  const hasNone = protocols === undefined || (Array.isArray(protocols) && protocols.length === 0);
  return isRequired === true && hasNone
    ? [{ path: ['require_protocol'], at: 'key', message: '`require_protocol` needs `protocols` that are offered.' }]
    : [];
}

function checkFormat(given: Readonly<Record<string, unknown>>): Finding[] {
  const format = messageFormat(given['message_format']);
  const findings: Finding[] = [];
  if (given['utf8'] === 'fail' && format?.isMendable !== true) {
    const needed = formatsThat(({ isMendable }) => isMendable);
    const message = `\`utf8: fail\` looks at text, so it needs \`message_format: ${needed}\`; JSON that is not UTF-8 is refused in any case.`;
    findings.push(valueFinding(['utf8'], message));
  }
  // A format that is not known at all has a finding of its own.
  if (format?.isJson !== false) return findings;
  const needed = formatsThat(({ isJson }) => isJson);
  for (const key of ['records_path', 'record_schema', 'select']) {
    if (given[key] !== undefined) {
      findings.push({
        path: [key],
        at: 'key',
        message: `\`${key}\` looks into JSON, so it needs \`message_format: ${needed}\`, not \`${given['message_format']}\`.`,
      });
    }
  }
  return findings;
}
