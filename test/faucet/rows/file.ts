// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the placeholders of pipeline files.
import { type FaucetRow, FRAMES, fileWith } from '../row.js';

const WRITTEN = `${FRAMES.join('\n')}\n`;
const SINK = (path: string, more = '') => `{ type: jsonl, config: { path: "${path}"${more} } }`;
const OUT = '${env:OUT}';
const NEWER = 'as in newer versions than the one that is compared';
const UNDERSTOOD =
  'This is no placeholder that is understood here. Understood are `${env:NAME}`, `${secret:NAME}`, `${file:PATH}`, ' +
  '`${vars.NAME}`, `${param.NAME}`, `${now.date}`. For text that only looks so write `$${` in the place of `${`.';
const MANAGER = (name: string) =>
  `Secret managers such as ${name} are not asked by spillway. Have the secret put into a file or a variable when the command starts, and write \`\${file:PATH}\` or \`\${env:NAME}\`.`;

/** A file whose source has a header with this value, at 9:25. */
function withHeader(value: string, top = ''): string {
  return fileWith({ top, source: `headers: { X-A: "${value}" }` });
}

/** Placeholders, and keys of the file as such. */
export const fileRows: readonly FaucetRow[] = [
  {
    construct: '`${env:NAME}`, `${secret:NAME}`',
    file: fileWith({ source: 'subscribe_messages: ["${env:WORD}", "${secret:WORD}"]' }),
    env: { WORD: 'hello' },
    validate: 'valid',
    writes: WRITTEN,
    original: 'same',
  },
  {
    construct: '`${env:NAME:-default}`',
    file: fileWith({ sink: SINK(OUT, ', append: ${env:NOT_SET:-false}') }),
    validate: 'valid',
    writes: WRITTEN,
    original: NEWER,
  },
  {
    construct: '`${file:PATH}`',
    file: withHeader('${file:token.txt}'),
    beside: { 'token.txt': 'abc\n' },
    validate: 'valid',
    writes: WRITTEN,
    original: 'the path is relative to the file, and not to the working folder',
  },
  {
    construct: '`pipeline.dlq: { sink, max_failures_total, max_failures_per_page, … }`',
    file: fileWith({
      pipeline:
        'dlq: { sink: { type: jsonl, config: { path: "${env:OUT}.dlq" } }, on_batch_error: propagate, max_failures_total: 10 }',
    }),
    validate: 'valid',
    writes: WRITTEN,
    original:
      'its sink is a file of JSON lines; it has what is refused at the source, too, and `envelope: faucet` has lines of the form that faucet writes',
  },
  {
    construct: '`vars`, `${vars.NAME}`, in one another, too',
    file: fileWith({ top: 'vars: { out: "${vars.path}", path: "${env:OUT}" }', sink: SINK('${vars.out}') }),
    validate: 'valid',
    writes: WRITTEN,
    original: 'same',
  },
  {
    construct: '`"${vars.NAME}"` of a number, a list or an object, and `${vars.a.b}`',
    file: fileWith({
      top: 'vars: { size: 1, sink: { path: "${env:OUT}", append: false } }',
      source: 'batch_size: "${vars.size}"',
      sink: '{ type: jsonl, config: "${vars.sink}" }',
    }),
    validate: 'valid',
    writes: WRITTEN,
    original: 'it keeps its type, and a path leads into it',
  },
  {
    construct: '`vars` that go in a circle',
    file: withHeader('x', 'vars: { a: "${vars.b}", b: "${vars.a}" }'),
    validate: '2:13: vars.a: This goes in a circle: `vars.b` → `vars.a` → `vars.b`. Write one of them out.',
    original: 'refused there, too',
  },
  {
    construct: '`${now.…}` in source and sink',
    file: fileWith({
      source: 'subscribe_messages: ["${now.date} ${now.hour} ${now.strftime.%Y/%j}"]',
      sink: SINK('${env:OUT}'),
    }),
    args: ['--clock', '2026-03-08T14:05:09Z'],
    validate: 'valid',
    writes: WRITTEN,
    original: 'same',
  },
  {
    construct: '`${now.…}` elsewhere',
    file: fileWith({ top: 'name: "${now.date}"' }),
    validate:
      '2:7: name: `${now.…}` has a value below `config` of the source and the sink alone, and in `vars` that are used there.',
    original: 'refused there, too',
  },
  {
    construct: '`params`, `${param.NAME}`, `--param`',
    file: fileWith({
      top: 'params:\n  out: { type: string, required: true }\n  size: { type: int, default: 1 }\n  append: { type: bool, default: false }',
      source: 'batch_size: "${param.size}"',
      sink: SINK('${env:OUT}', ', append: "${param.append}"'),
    }),
    args: ['--param', 'out=x'],
    validate: 'valid',
    writes: WRITTEN,
    original: NEWER,
  },
  {
    construct: '`${vault:…}`',
    file: withHeader('${vault:secret/app#token}'),
    validate: `9:24: pipeline.source.config.headers.X-A: ${MANAGER('HashiCorp Vault')}`,
    original: 'it is asked there',
  },
  {
    construct: '`${aws-sm:…}`',
    file: withHeader('${aws-sm:prod/app}'),
    validate: `9:24: pipeline.source.config.headers.X-A: ${MANAGER('AWS Secrets Manager')}`,
    original: 'it is asked there',
  },
  {
    construct: '`${row.id}` without a `matrix`',
    file: withHeader('${row.id}'),
    validate:
      '9:24: pipeline.source.config.headers.X-A: `${row.…}` stands for the row of `matrix`, and there is none here. Write the value out, or use `${vars.NAME}` or `${param.NAME}`.',
    original: 'refused there, too',
  },
  {
    construct: '`matrix` of rows that are merged onto `pipeline`, deeply',
    file: fileWith({
      top: 'matrix:\n  - id: a\n    sink: { config: { path: "${env:OUT}" } }',
      sink: SINK('elsewhere', ', append: false'),
    }),
    validate: 'valid',
    writes: WRITTEN,
    original: 'same',
  },
  {
    construct: '`pipeline.sources`, `pipeline.sinks`, `ref`, `${sinks.NAME.PATH}`',
    file: fileWith({
      top: 'matrix:\n  - { id: a, sink: { ref: file, config: { append: false } } }',
      pipeline: 'sinks: { file: { type: jsonl, config: { path: "${env:OUT}" } } }',
    }),
    validate: 'valid',
    writes: WRITTEN,
    original: 'same',
  },
  {
    construct: 'any other `${…}`',
    file: withHeader('${whatever}'),
    validate: `9:24: pipeline.source.config.headers.X-A: ${UNDERSTOOD}`,
    original: 'refused there, too',
  },
  {
    construct: '`$${`, for a literal `${`',
    file: fileWith({ source: "subscribe_messages: ['$${literal}']" }),
    validate: 'valid',
    writes: WRITTEN,
    original: 'in the original a second look at the text finds a placeholder again',
  },
  {
    construct: '`null` for an optional key',
    file: fileWith({ source: 'ping_interval: null\nmax_reconnect_attempts:' }),
    validate: 'valid',
    writes: WRITTEN,
    original: 'same',
  },
  {
    construct: '`name`, `delivery: at_least_once`',
    file: fileWith({ top: 'name: trades\ndelivery: at_least_once' }),
    validate: 'valid',
    writes: WRITTEN,
    original: NEWER,
  },
  {
    construct: '`execution`, `state: { type: memory }`',
    file: fileWith({ top: 'execution: { max_concurrent: 4 }', pipeline: 'state: { type: memory, config: {} }' }),
    validate:
      'valid\nnote: 2:1: execution: `execution` of faucet has no effect here: it rules how the rows of a `matrix` run, and there is one feed.',
    writes: WRITTEN,
    original: 'same',
  },
  {
    construct: '`observability: { prometheus: { listen }, otel: { endpoint, protocol, headers, export, … } }`',
    file: fileWith({
      top:
        'observability:\n  prometheus: { listen: "127.0.0.1:0" }\n  tracing: { level: info }\n' +
        '  otel: { endpoint: "http://127.0.0.1:9", protocol: http, headers: { a: b }, sample_ratio: 0.5, export: [traces, metrics], service_name: s, timeout_secs: 1, metric_interval_secs: 60 }',
    }),
    validate:
      'valid\nnote: 4:3: observability.tracing: `tracing` of faucet has no effect here: `--log json`, `--verbose` and `--quiet` say how much is told, and how.',
    writes: WRITTEN,
    original:
      '`otel` as in newer versions than the one that is compared, whose gRPC leaves `headers` out; metrics have names of spillway',
  },
  {
    construct: '`<<` and keys that begin with `x-`',
    file: fileWith({ top: 'x-source: &source { batch_size: 1 }', source: '<<: *source' }),
    validate: 'valid',
    writes: WRITTEN,
    original: 'in the original both are unknown keys',
  },
  {
    construct: 'a sink of another type',
    file: fileWith({ sink: '{ type: postgres, config: {} }' }),
    validate:
      '9:17: pipeline.sink.type: Expected one of `csv`, `jsonl`, `kafka`, `stdout`, but found the text "postgres".',
    original: 'it has many more',
  },
];
