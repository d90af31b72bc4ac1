import { InputError } from '../../errors.js';
import { compilePath, FieldReader, scalarAt } from '../../json/field.js';
import { framesOf } from '../../replay/read-frames.js';
import type { ServeOptions } from './options.js';

/** One message of a recorded file. */
export interface Recorded {
  readonly data: Buffer;
  /** When it was received, in epoch milliseconds, where its envelope says so and somebody asked. */
  readonly receivedAt: number | undefined;
}

/**
 * The messages of a recorded file, out of their envelopes if that was asked for. Each call begins anew.
 *
 * @param onTorn hears of a file that ends in the middle: that is where the messages end, too
 */
export async function* recordedFrames(
  file: string,
  { asRecorded = false, unwrap = asRecorded, recordsPath, format }: Partial<ServeOptions>,
  onTorn: (error: InputError) => void = () => {},
): AsyncGenerator<Recorded, void, void> {
  const data = new FieldReader('data');
  const time = new FieldReader('received_at');
  let record = 0;
  for await (const bytes of wholeFrames(file, { recordsPath, format }, onTorn)) {
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

/**
 * The frames of a recorded file as they stand in it.
 *
 * @param onTorn hears of a file that ends in the middle: that is where the frames end, too
 */
export async function* wholeFrames(
  file: string,
  { recordsPath, format }: Pick<Partial<ServeOptions>, 'recordsPath' | 'format'>,
  onTorn: (error: InputError) => void,
): AsyncGenerator<Buffer, void, void> {
  try {
    yield* framesOf(file, { ...(recordsPath && { recordsPath }), ...(format && { format }) }, '--records-path');
  } catch (error) {
    if (!(error instanceof InputError && error.reason === 'torn')) throw error;
    onTorn(error);
  }
}

/**
 * @throws {InputError} when not even the first message can be served
 * @throws {ConfigError} when an option is not valid
 */
export async function checkRecording(file: string, options: Partial<ServeOptions>): Promise<void> {
  if (options.recordsPath !== undefined) compilePath(options.recordsPath, '--records-path');
  if (options.resumeBy !== undefined) compilePath(options.resumeBy, '--resume-by');
  let torn: InputError | undefined;
  const onTorn = (error: InputError): void => {
    torn = error;
  };
  for await (const _first of recordedFrames(file, options, onTorn)) return;
  throw (
    torn ??
    new InputError('There is no record in this file, so there is nothing to serve.', { file, reason: 'invalid' })
  );
}

function noEnvelope(file: string, record: number): InputError {
  const message =
    `Record ${record} is no envelope {"data", "received_at", "url"}: there is no time to send it at. ` +
    'Capture with --envelope, or serve it with --rate in place of --as-recorded and --unwrap.';
  return new InputError(message, { file, reason: 'invalid' });
}
