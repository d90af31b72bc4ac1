import { isSeparator } from '../../internal/split.js';
import { messageFormat } from '../../parse/formats.js';
import { type Finding, valueFinding } from './findings.js';

/** What is wrong with how a frame is split, beyond what the schema can say. */
export function checkSplit(given: Readonly<Record<string, unknown>>): Finding[] {
  const { split, message_format: name } = given;
  const { on } = (typeof split === 'object' && split !== null ? split : {}) as { readonly on?: unknown };
  // The schema says the rest of what may be no separator.
  if (typeof on === 'string' && on !== '' && on.length <= 100 && !isSeparator(on)) {
    const message = 'Expected text, but found half a surrogate pair, which no frame can hold.';
    return [valueFinding(['split', 'on'], message)];
  }
  if (messageFormat(name)?.isText !== false || split === undefined || split === 'none') return [];
  const message = `\`split\` does not go together with \`message_format: ${String(name)}\`: its bytes are not text. Remove one of the two.`;
  return [{ path: ['split'], at: 'key', message }];
}

/** What is wrong with the record that is the last one, beyond what the schema can say. */
export function checkLimits(given: Readonly<Record<string, unknown>>): Finding[] {
  const { message_format: name, stop_when: match } = given;
  const format = messageFormat(name);
  if (typeof match !== 'object' || match === null || format === undefined) return [];
  if ('text' in match ? format.isText : format.isJson) return [];
  const what = 'text' in match ? 'looks for a text' : 'looks into JSON';
  return [
    { path: ['stop_when'], at: 'key', message: `\`stop_when\` ${what}, so it does not go with \`${String(name)}\`.` },
  ];
}
