import type { FaucetRow } from '../row.js';
import { authRows } from './auth.js';
import { fileRows } from './file.js';
import { kafkaRows } from './kafka.js';
import { pathRows } from './paths.js';
import { sinkRows } from './sinks.js';
import { sourceRows } from './source.js';
import { transformRows } from './transforms.js';

/** Every construct, by what it is part of, in the order of the page. */
export const FAUCET_ROWS: Readonly<Record<string, readonly FaucetRow[]>> = {
  'The file': fileRows,
  'The source': sourceRows,
  'The sinks `jsonl` and `stdout`': sinkRows,
  Paths: pathRows,
  Credentials: authRows,
  'The Kafka sink': kafkaRows,
  Transforms: transformRows,
};
