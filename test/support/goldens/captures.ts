import { PassThrough } from 'node:stream';
import { captureOf } from '../../../lib/cli/capture/capture-of.js';
import { asFlags } from '../../../lib/cli/capture/flag-values.js';
import { type FlagSchema, flagsOf } from '../../../lib/cli/capture/flags.js';
import { pipelineText } from '../../../lib/cli/capture/pipeline-text.js';
import { sourceFlags } from '../../../lib/cli/capture/source-flags.js';
import { captureCommand } from '../../../lib/cli/capture.js';
import { secretsOf } from '../../../lib/cli/secrets.js';
import { Output } from '../../../lib/cli/terminal/output.js';
import { ConfigError } from '../../../lib/errors.js';
import { jsonlSinkSchema } from '../../../lib/sink/file/kind.js';
import { stdoutSinkSchema } from '../../../lib/sink/stdout/kind.js';

/** What `capture` makes of its flags: each of them by itself, with a few values, and some together. */
export async function tellCaptures(): Promise<string> {
  const alone = FLAGS.source.flatMap(({ option }) => {
    const name = option.long!;
    return option.required ? VALUES.map((value) => [`${name}=${value}`]) : [[name], [name.replace('--', '--no-')]];
  });
  const ofFiles = FLAGS.sink.flatMap(({ option }) =>
    VALUES.map((value) => ['-o', 'a.jsonl', `${option.long}${option.required ? `=${value}` : ''}`]),
  );
  const lines = [];
  for (const flags of [
    ...alone,
    ...new Map(ofFiles.map((one) => [one.join(' '), one])).values(),
    ...TOGETHER.map(withDollars),
  ]) {
    lines.push(`${flags.join(' ')}${await told(flags)}`);
  }
  return `${lines.join('\n')}\n`;
}

function withDollars(flags: readonly string[]): readonly string[] {
  return flags.map((flag) => flag.replaceAll('€{', '${'));
}

async function told(flags: readonly string[]): Promise<string> {
  let answer = '';
  const command = captureCommand(new Output(new PassThrough())).exitOverride();
  command.configureOutput({ writeErr: (text) => (answer += `\n    ${text.trim()}`) });
  command.action(async (urls: readonly string[], given: Readonly<Record<string, unknown>>) => {
    try {
      const options = { env: { KEY: 'sesame' }, now: 0, context: given['set'] as Record<string, string> | undefined };
      const { plain, source } = await captureOf(urls, FLAGS, given, options);
      const text = pipelineText(plain, {}, secretsOf(source));
      answer = text
        .split('\n')
        .flatMap((line) => (USUAL.has(line) ? [] : [`\n    ${line}`]))
        .join('');
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      answer = asFlags(error, FLAGS.source)
        .problems.map(({ path, message }) => `\n    ${path}: ${message}`)
        .join('');
    }
  });
  const isAddressed = flags.some((flag) => flag.includes('://'));
  await command
    .parseAsync([...(isAddressed ? [] : ['wss://a/{symbol}']), '--set', 'symbol=x', ...flags], { from: 'user' })
    .catch(() => {});
  return answer;
}

const { path: _, batch_size: __, ...ofFile } = jsonlSinkSchema.properties;
const { format } = stdoutSinkSchema.properties;
/** As the command makes them. */
const FLAGS = {
  source: sourceFlags(),
  sink: flagsOf(ofFile as Readonly<Record<string, FlagSchema>>, { group: '' }),
  stdout: flagsOf({ format }, { group: '' }),
};
/** Lines that every file has. */
const USUAL = new Set(['version: 1', 'pipeline:', '  source:', '    type: websocket', '    config:', '  sink:', '']);

const VALUES = ['5', 'x', '5s', '{"a":1}', '[1]', '@/nowhere/at/all', ''];
/** In these, `€{` stands for `${`, so that nobody takes it for a template's. */
const TOGETHER: readonly (readonly string[])[] = [
  ...[
    ['-n', '5'],
    ['-n', 'x'],
    ['-s', 'one', '-s', '{"two":2}'],
    ['--duration', '5m'],
    ['--duration', '5m', '--max-duration', '6m'],
    ['--duration', 'x'],
  ],
  ...[
    ['-H', 'A: b'],
    ['-H', 'A: b', '-H', 'C:d'],
    ['-H', 'A'],
    ['-H', ': b'],
    ['-H', 'A:'],
    ['-H', 'A: b', '--headers', '{"C":"d"}'],
    ['-H', '@/nowhere'],
  ],
  ...['\\u001e', '\\0', '\\t', '\\n', '\\r', '\\\\', '\\x1E', '\\q', '\\x1', '\\u12', '\\', 'a\\tb', ','].map(
    (text) => ['--split-on', text],
  ),
  ...[
    ['--split-on', ',', '--split', 'lines'],
    ['--split', 'lines'],
    ['--split', '{"on":","}'],
  ],
  ...[
    'a=1',
    'a=b',
    'a!=b',
    'a',
    'a="b"',
    'a=null',
    'a=',
    '=a',
    '!=a',
    'a.b[0]=true',
    'a..b=1',
    "['a=b']=c",
    'a={"b":1}',
    'a=[1',
    '',
  ].map((test) => ['--filter', test]),
  ...[
    ['--filter', 'a=1', '--filter', 'b'],
    ['--filter', 'a', '--transforms', '[{"type":"drop","config":{"fields":["b"]}}]'],
  ],
  ...[
    ['--select', 'a,b'],
    ['--select', "['a,b'],c"],
    ['--select', 'a', '--select', 'b'],
    ['--select', 'a,a'],
    ['--select', ''],
  ],
  ...[
    ['-o', 'a.jsonl'],
    ['-o', '-'],
    ['-o', 'a.jsonl.gz'],
    ['-o', 'a.csv'],
    ['-o', 'a.CSV.zst', '--append'],
    ['-o', 'a.tsv.gz'],
    ['-o', 'csv'],
    ['-o', 'a.jsonl', '--format', 'csv'],
    ['--format', 'csv'],
    ['--format', 'odd'],
    ['--append'],
    ['--pretty'],
    ['-o', '€{env:KEY}.jsonl'],
  ],
  ...[
    ['-o', 'a.jsonl', '--dead-letter', 'a.jsonl'],
    ['--dead-letter', 'd.jsonl'],
    ['--dead-letter', 'd.jsonl', '--on-parse-error', 'fail'],
    ['-o', ''],
  ],
  ...[
    ['ws://a', 'ws://b'],
    ['http://a'],
    ['ws://a#b'],
    ['ws://a/{none}'],
    ['ws://a?key=€{env:KEY}'],
    ['ws://a?key=€{env:NONE}'],
    ['ws://me:sesame@a'],
  ],
  ...[
    ['--auth', '{"type":"bearer","config":{"token":"€{env:KEY}"}}'],
    ['--auth', '{"type":"bearer","config":{"token":"abc"}}'],
    ['--auth', 'bearer'],
  ],
  ...[
    ['--reconnect', '--reconnect-backoff', '{"initial":1,"max":5}'],
    ['--reconnect-backoff', '5s'],
    ['--reconnect-backoff', '-1'],
    ['--unknown'],
    ['--max-messages'],
    ['--linger', '5s'],
  ],
];
