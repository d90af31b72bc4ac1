import { type FaucetRow, fileWith } from '../row.js';

const FRAMES = ['{"b":2,"a":"x\\ty","n":null,"t":true}', '{"c":1,"B":[1,2]}', '{"z":"last"}'];

/** The sinks `csv`, `jsonl` and `stdout`. */
export const sinkRows: readonly FaucetRow[] = [
  {
    construct: 'jsonl `path`, `append`, `pretty`, `compression`, `batch_size` (no effect)',
    file: fileWith({
      sink: '{ type: jsonl, config: { path: "${env:OUT}", append: true, pretty: false, compression: auto, batch_size: 0 } }',
    }),
    validate: 'valid',
    frames: FRAMES,
    writes: `${FRAMES.join('\n')}\n`,
    // The original is built without compression here.
    original: 'The same, where the original is built with its feature `compression`.',
  },
  {
    construct: 'jsonl `batch_size`',
    file: fileWith({ sink: '{ type: jsonl, config: { path: "${env:OUT}", batch_size: 500 } }' }),
    validate: 'valid',
    frames: FRAMES,
    writes: `${FRAMES.join('\n')}\n`,
    original: 'same',
  },
  {
    construct: 'csv `path`, `append`, `compression`, `batch_size` (no effect)',
    file: fileWith({
      sink: '{ type: csv, config: { path: "${env:OUT}", columns: [a, b, c], append: false, compression: auto, batch_size: 7 } }',
    }),
    validate: 'valid',
    frames: FRAMES,
    writes: 'a,b,c\nx\ty,2,\n,,1\n,,\n',
    original: 'It takes the keys of the first page for the columns, and has no key to name them.',
  },
  {
    construct: 'csv without `columns`',
    file: fileWith({ sink: '{ type: csv, config: { path: out.csv } }' }),
    validate: '9:22: pipeline.sink.config.columns: The key `columns` is required here, but missing.',
    original: 'It takes the keys of the first page for the columns.',
  },
  {
    construct: 'csv `write_headers`, `on_unknown_field`',
    file: fileWith({
      sink: '{ type: csv, config: { path: out.csv, columns: [a], write_headers: true, on_unknown_field: warn } }',
    }),
    validate:
      '9:61: pipeline.sink.config.write_headers: `write_headers` of faucet is not part of spillway: `header` says whether a file begins with a row of names.\n' +
      '9:82: pipeline.sink.config.on_unknown_field: `on_unknown_field` of faucet is not part of spillway: `columns` names the fields that are written, and all others are left out.',
    original: 'It has them.',
  },
  {
    construct: 'csv `delimiter` as the number of a byte',
    file: fileWith({ sink: '{ type: csv, config: { path: out.csv, columns: [a], delimiter: 59 } }' }),
    validate: '9:72: pipeline.sink.config.delimiter: Expected one character, and none of ", CR and LF, but found 59.',
    original: 'It takes the number alone.',
  },
  {
    construct: 'stdout `format: json_lines`, `destination`, `flush_per_record`, `batch_size`',
    file: fileWith({
      sink: '{ type: stdout, config: { format: json_lines, destination: stdout, flush_per_record: true, batch_size: 7 } }',
    }),
    validate: 'valid',
    frames: FRAMES,
    writes: `${FRAMES.join('\n')}\n`,
    original: 'same',
  },
  {
    construct: 'stdout `format: pretty_json`',
    file: fileWith({ sink: '{ type: stdout, config: { format: pretty_json } }' }),
    validate: 'valid',
    frames: ['{"a":1}'],
    writes: '{\n  "a": 1\n}\n',
    original: 'same',
  },
  {
    construct: 'stdout `format: tsv`',
    file: fileWith({ sink: '{ type: stdout, config: { format: tsv } }' }),
    validate: 'valid',
    frames: FRAMES,
    writes: 'x y\t2\t\ttrue\n[1,2]\t1\nlast\n',
    original: 'same',
  },
  {
    construct: 'stdout `format: tsv`, with numbers and nested objects',
    file: fileWith({ sink: '{ type: stdout, config: { format: tsv } }' }),
    validate: 'valid',
    frames: ['{"p":2.50,"o":{"z":1,"y":2}}'],
    writes: '{"z":1,"y":2}\t2.50\n',
    original: 'Numbers keep their text here, and objects the order of their keys: the original writes `2.5` and sorts.',
  },
  {
    construct: 'stdout `format: csv`',
    file: fileWith({ sink: '{ type: stdout, config: { format: csv } }' }),
    validate: 'valid',
    frames: ['{"b":2.50,"a":"x,y","n":null}'],
    writes: '"x,y",2.50,\n',
    original: 'Version 1.0.1 of the original has no `csv`.',
  },
  {
    construct: 'stdout `max_records`',
    file: fileWith({ sink: '{ type: stdout, config: { max_records: 2 } }' }),
    validate: 'valid',
    frames: FRAMES,
    writes: `${FRAMES.slice(0, 2).join('\n')}\n`,
    original: 'same',
  },
];
