import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withKafkaNumbers } from '../../benchmarks/kafka/numbers.js';
import type { JsonSchema } from '../../lib/config/schema-check.js';
import { kafkaSinkSchema } from '../../lib/config/sinks/kafka.js';
import { between, ROOT, withExamples } from './readme.js';

/** The page on Kafka with its table of keys made from the schema, its figures from the benchmark, and the examples put in. `npm run readme` writes it. */
export function freshKafkaPage(): string {
  const page = readFileSync(join(ROOT, 'docs/kafka.md'), 'utf8');
  return withExamples(withKafkaNumbers(between(page, 'kafka-config', keyTable())));
}

function keyTable(): string {
  const required: readonly string[] = kafkaSinkSchema.required;
  const rows = Object.entries<JsonSchema>(kafkaSinkSchema.properties).map(([key, schema]) => {
    const fallback = required.includes(key) ? 'required' : defaultOf(schema);
    return `| ${[`\`${key}\``, fallback, `${wordsOf(schema)}${schema.description}`].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| key | default | what it does |', '| --- | --- | --- |', ...rows].join('\n');
}

function wordsOf(schema: JsonSchema): string {
  return schema.enum === undefined ? '' : `${schema.enum.map((word) => `\`${word}\``).join(', ')}. `;
}

function defaultOf({ default: value }: JsonSchema): string {
  if (value === undefined) return 'none';
  return `\`${typeof value === 'object' ? (value as { type: string }).type : String(value)}\``;
}
