import type { JsonSchema } from '../../config/check/schema-check.js';
import { sourceConfigSchema } from '../../config/source-schema.js';
import type { Split } from '../../internal/split.js';
import { jsonlSinkSchema } from '../../sink/file/kind.js';
import { visibleJson } from '../../visible.js';
import type { Plan } from './plan.js';
import type { Suggestion } from './suggest.js';

/**
 * The plan as a pipeline file, explained by the descriptions of its schema.
 *
 * @param credentials what there is to say of those that are no part of it
 */
export function pipelineText(plan: Plan, schema: string, credentials?: string): string {
  return `${[
    `# yaml-language-server: $schema=${schema}`,
    ...comment('A pipeline of spillway: `spillway run` captures what it describes.'),
    ...(credentials === undefined ? [] : comment(credentials)),
    ...seenLines(plan.seen),
    'version: 1',
    `name: ${text(plan.name)}`,
    'pipeline:',
    '  source:',
    '    type: websocket',
    '    config:',
    ...indented(sourceLines(plan)),
    '  sink:',
    '    type: jsonl',
    '    config:',
    ...indented([
      ...described(jsonlSinkSchema.properties, 'path'),
      `path: ${text(plan.path)}`,
      ...described(jsonlSinkSchema.properties, 'append'),
      '# append: true',
    ]),
  ].join('\n')}\n`;
}

function sourceLines({ url, subscribeMessages, maxMessages, seen }: Plan): string[] {
  const subscribe =
    subscribeMessages.length === 0
      ? [`# subscribe_messages:`, `#   - '{"op":"subscribe","channel":"trades"}'`]
      : ['subscribe_messages:', ...subscribeMessages.map((message) => `  - ${text(message)}`)];
  return [
    ...comment(
      '`ws://` or `wss://`. Credentials do not belong here: `$' + '{env:NAME}` takes them from the environment.',
    ),
    `url: ${text(url)}`,
    ...described(FIELDS, 'subscribe_messages'),
    ...subscribe,
    ...described(FIELDS, 'auth'),
    '# auth: { type: bearer, config: { token: "$' + '{env:TOKEN}" } }',
    ...(seen?.decompress === undefined ? [] : [...described(FIELDS, 'decompress'), `decompress: ${seen.decompress}`]),
    ...described(FIELDS, 'message_format'),
    `message_format: ${seen?.messageFormat ?? 'json'}`,
    ...(seen?.onParseError === undefined ? [] : [...described(FIELDS, 'on_parse_error'), 'on_parse_error: skip']),
    ...(seen?.split === undefined ? [] : [...described(FIELDS, 'split'), `split: ${splitText(seen.split)}`]),
    ...(seen?.recordsPath === undefined
      ? []
      : [...described(FIELDS, 'records_path'), `records_path: ${text(seen.recordsPath)}`]),
    ...comment(
      'When the run ends: `max_messages`, `idle_timeout`, `max_duration`, `max_bytes`, `stop_when`, or never with `unbounded: true`.',
    ),
    maxMessages === undefined ? 'unbounded: true' : `max_messages: ${maxMessages}`,
    '# idle_timeout: 30s',
    ...described(FIELDS, 'reconnect'),
    'reconnect: true',
  ];
}

function seenLines(seen: Suggestion | undefined): string[] {
  if (seen === undefined) return [];
  const width = Math.max(0, ...seen.fields.map(({ path }) => path.length));
  return [
    '#',
    ...seen.notes.flatMap((note) => comment(note)),
    ...seen.fields.map(({ path, type, example }) => `#   ${path.padEnd(width)}  ${type}, such as ${example}`),
    ...seen.fields.flatMap(({ path, use }) => (use === undefined ? [] : comment(`\`${path}\` ${USES[use]}`))),
  ];
}

/** The description of a key as a comment. */
function described(fields: Readonly<Record<string, JsonSchema>>, key: string): string[] {
  return comment(fields[key]?.description ?? '');
}

function comment(sentence: string): string[] {
  const lines: string[] = [];
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= MAX_COLUMNS) lines.push(`# ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `      ${line}`);
}

function splitText(split: Split): string {
  return split === 'lines' ? split : `{ on: ${text(split.on)} }`;
}

/** A text in YAML: JSON's quotes are YAML's, too, and its escapes. */
function text(value: string): string {
  return visibleJson(JSON.stringify(value));
}

const FIELDS: Readonly<Record<string, JsonSchema>> = sourceConfigSchema.properties;
const MAX_COLUMNS = 100;
const USES = {
  'counts up': 'counts up by one: a number that is missing tells of a record that is missing.',
  'names a thing': 'names what a record is about: the key of a record, with Kafka as `key_path`.',
} as const;
