import { type FieldsOf, type Resolved, resolved } from '../../config/fields/option-surface.js';
import { UNUSED_BATCH_SIZE } from '../common-options.js';
import { type SinkKind, type SinkSchema, sinkSchema } from '../kind.js';
import { STDOUT_OPTIONS } from './options.js';

const KEYS = { ...STDOUT_OPTIONS, batchSize: UNUSED_BATCH_SIZE };

/** The JSON Schema of the `stdout` sink. */
export const stdoutSinkSchema: SinkSchema<FieldsOf<typeof KEYS>> = sinkSchema(KEYS, {
  title: 'Standard output',
  description: 'Writes records to the standard output or the standard error of the process.',
});

/** A `stdout` sink with its defaults filled in. */
export interface ResolvedStdoutSink extends Resolved<typeof KEYS> {}

/** The standard output, or the standard error. */
export const stdoutKind: SinkKind<ResolvedStdoutSink> = {
  keys: KEYS,
  schema: stdoutSinkSchema,
  faucet: [],
  isReopenable: false,
  resolve: (given) => resolved(KEYS, given),
  placeOf: ({ destination }) => nameOf(destination),
  checkUsable() {},
  async *check({ destination }) {
    const detail = process[destination].isTTY === true ? 'a terminal' : 'not a terminal';
    yield { name: nameOf(destination), ok: true, detail, advice: undefined, elapsedMs: 0 };
  },
  async open(options) {
    const { stdout } = await import('./stdout.js');
    const { destination } = options;
    return {
      stream: stdout(options),
      target: nameOf(destination),
      isOnTerminal: process[destination].isTTY === true,
    };
  },
};

function nameOf(destination: ResolvedStdoutSink['destination']): string {
  return destination === 'stdout' ? 'standard output' : 'standard error';
}
