import { isHeaderName, isHeaderValue } from '../../internal/header.js';
import { type Finding, type Path, valueFinding } from './findings.js';

/** What HTTP has against these request headers. Values are never shown. */
export function checkHeaders(headers: unknown, path: Path): Finding[] {
  if (!isRecord(headers)) return [];
  const seen = new Set<string>();
  return Object.entries(headers).flatMap(([name, value]): Finding[] => {
    const wrong = nameProblem(name);
    if (wrong !== undefined)
      return [{ path: [...path, visibleName(name)], at: 'key', place: [...path, name], message: wrong }];
    if (seen.has(name.toLowerCase())) {
      return [
        {
          path: [...path, name],
          at: 'key',
          message: 'This header is set twice: names of headers ignore case. Remove one.',
        },
      ];
    }
    seen.add(name.toLowerCase());
    return typeof value === 'string' && !isHeaderValue(value) ? [valueFinding([...path, name], BAD_VALUE)] : [];
  });
}

/** What HTTP has against this name of a header. */
export function checkHeaderName(name: unknown, path: Path): Finding[] {
  const wrong = typeof name === 'string' && name !== '' ? nameProblem(name) : undefined;
  return wrong === undefined ? [] : [valueFinding(path, wrong)];
}

/** What HTTP has against this value of a header. */
export function checkHeaderValue(value: unknown, path: Path): Finding[] {
  return typeof value === 'string' && !isHeaderValue(value) ? [valueFinding(path, BAD_VALUE)] : [];
}

function nameProblem(name: string): string | undefined {
  if (!isHeaderName(name)) {
    return 'Expected the name of an HTTP header: letters, digits and hyphens, without a colon or a space.';
  }
  if (RESERVED.has(name.toLowerCase())) {
    return 'The WebSocket handshake sets this header itself, so it cannot be set here. Sub-protocols go into `protocols`, compression into `per_message_deflate`.';
  }
  return undefined;
}

/** Someone who wrote `Authorization: Bearer abc` as a name must not find the token in a log. */
function visibleName(name: string): string {
  return /^[\w-]*/.exec(name)![0];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const BAD_VALUE = 'Expected text that an HTTP header can carry: one line, without control characters.';

const RESERVED: ReadonlySet<string> = new Set([
  'connection',
  'upgrade',
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version',
]);
