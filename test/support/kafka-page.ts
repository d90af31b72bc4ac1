import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withKafkaNumbers } from '../../benchmarks/kafka/numbers.js';
import { withKeyTables } from './key-table.js';
import { ROOT, withExamples } from './readme.js';

/** The page on Kafka with its table of keys made from the schema, its figures from the benchmark, and the examples put in. `npm run readme` writes it. */
export function freshKafkaPage(): string {
  return withKeyTables(withExamples(withKafkaNumbers(readFileSync(join(ROOT, 'docs/kafka.md'), 'utf8'))));
}
