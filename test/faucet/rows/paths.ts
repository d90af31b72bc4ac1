import { type FaucetRow, fileWith } from '../row.js';

const NOT_BUILT = 'its Kafka sink is not in the build that is compared';
const UNDERSTOOD =
  'Understood are keys with dots between them (`data.price`, `$.data.price`), indices (`trades[0]`, `trades.0`), keys in ' +
  "brackets (`$['a.b']`), and `$` for the whole.";

/** Paths into a record. */
export const pathRows: readonly FaucetRow[] = [
  {
    construct: "`a`, `$.a.b`, `$['a.b']`, `$.a[0].b` as `topic.path`, `key_path`, `partition_path`, `headers_path`",
    file: fileWith({
      sink: `{ type: kafka, config: { brokers: "b:9092", topic: { type: from_path, path: a }, key_path: $.a.b, partition_path: "$['a.b']", headers_path: "$.a[0].b" } }`,
    }),
    validate: 'valid',
    original: NOT_BUILT,
  },
  {
    construct: '`$.a[*]`, `$..a`, `$x` as a path',
    file: fileWith({
      sink: '{ type: kafka, config: { brokers: "b:9092", topic: { type: from_path, path: "$.a[*]" }, key_path: $..a, partition_path: $x } }',
    }),
    validate: [
      '9:85: pipeline.sink.config.topic.path: The path "$.a[*]" cannot be read from character 4 on: a path leads to one ' +
        `value, so wildcards, slices, filters and \`..\` are none; a key \`*\` is written \`['*']\`. ${UNDERSTOOD}`,
      '9:107: pipeline.sink.config.key_path: The path "$..a" cannot be read from character 2 on: a path leads to one ' +
        `value, so wildcards, slices, filters and \`..\` are none; a key \`*\` is written \`['*']\`. ${UNDERSTOOD}`,
      '9:129: pipeline.sink.config.partition_path: The path "$x" cannot be read from character 2 on: a first key that ' +
        `begins with \`$\` is written in brackets, as \`$['$x']\`. ${UNDERSTOOD}`,
    ].join('\n'),
    original: NOT_BUILT,
  },
];
