import { ConfigError } from '../../errors.js';
import { FieldReader, scalarAt } from '../../json/field.js';
import { type ReadFramesOptions, readFrames } from '../../testing/index.js';
import type { ServeOptions } from './options.js';

/** One message of a recorded file. */
export interface Recorded {
  readonly data: Buffer;
  /** When it was received, in epoch milliseconds, where its envelope says so and somebody asked. */
  readonly receivedAt: number | undefined;
}

/** The messages of a recorded file, out of their envelopes if that was asked for. Each call begins anew. */
export async function* recordedFrames(
  file: string,
  { asRecorded = false, unwrap = asRecorded, recordsPath, format }: Partial<ServeOptions>,
): AsyncGenerator<Recorded, void, void> {
  const data = new FieldReader('data');
  const time = new FieldReader('received_at');
  let record = 0;
  for await (const bytes of readFrames(file, readOptions(recordsPath, format))) {
    record += 1;
    if (!unwrap) {
      yield { data: bytes, receivedAt: undefined };
      continue;
    }
    const receivedAt = time.find(bytes, 0, bytes.length) ? scalarAt(bytes, time.start, time.end) : undefined;
    if (!data.find(bytes, 0, bytes.length) || typeof receivedAt !== 'number') throw noEnvelope(file, record);
    yield { data: bytes.subarray(data.start, data.end), receivedAt };
  }
}

/** @throws {ConfigError} when not even the first message can be served */
export async function checkRecording(file: string, options: Partial<ServeOptions>): Promise<void> {
  for await (const _first of recordedFrames(file, options)) return;
  throw new ConfigError([{ path: '', message: 'There is no record in this file, so there is nothing to serve.' }], {
    file,
  });
}

function readOptions(recordsPath: string | undefined, format: ReadFramesOptions['format']): ReadFramesOptions {
  return { ...(recordsPath === undefined ? {} : { recordsPath }), ...(format === undefined ? {} : { format }) };
}

function noEnvelope(file: string, record: number): ConfigError {
  const message =
    `Record ${record} is no envelope {"data", "received_at", "url"}: there is no time to send it at. ` +
    'Capture with --envelope, or serve it with --rate in place of --as-recorded and --unwrap.';
  return new ConfigError([{ path: '', message }], { file });
}
