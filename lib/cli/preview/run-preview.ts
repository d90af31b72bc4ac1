import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { batch } from '../../batch/batch.js';
import { InputError, SinkError } from '../../errors.js';
import { parse } from '../../parse/parse.js';
import type { OpenSink } from '../../sink/kind.js';
import { stdout } from '../../sink/stdout/stdout.js';
import { sourceOf } from '../../source/source.js';
import { visibleJson } from '../../visible.js';
import type { Flag } from '../capture/flags.js';
import { guardSecrets } from '../exposure.js';
import { EXIT, type ExitStatus } from '../process/exit-status.js';
import { runFeed } from '../process/run-feed.js';
import { shownName } from '../report/note-text.js';
import { refusalLogger } from '../report/refusals.js';
import type { Reporter } from '../report/reporter.js';
import { tornFacts, tornText } from '../report/torn.js';
import { wholeFrames } from '../serve/recording.js';
import { Output } from '../terminal/output.js';
import { widthOf } from '../terminal/width.js';
import { feedConfig, givenOf } from './feed-config.js';
import type { PreviewOptions } from './options.js';
import { previewReporter } from './preview-reporter.js';
import { recordView } from './record-view.js';
import { shapeSchema } from './shape-schema.js';
import { ShapeWritable } from './shape-sink.js';
import { shapeRows, shapeText } from './shape-text.js';
import { targetKind } from './target.js';

/**
 * Shows the first records of what was named, or their shape.
 *
 * @throws {SpillwayError} when a recorded file cannot be read; a feed's failure is reported instead
 */
export async function runPreview(
  target: string,
  flags: readonly Flag[],
  options: PreviewOptions,
  output: Output,
): Promise<ExitStatus> {
  const isShape = options.shape === true || options.schema === true;
  const kind = await targetKind(target);
  const given = await givenOf(kind, flags, { ...options });
  const count = given.maxMessages ?? (isShape ? SHAPE_RECORDS : SHOWN_RECORDS);
  const shape = isShape ? new ShapeWritable() : undefined;
  const sink = shape ?? stdout({ format: 'pretty_json', stream: recordView(process.stdout, options) });
  let status: ExitStatus = EXIT.ok;
  if (kind === 'recording') {
    const reporter = previewReporter(output, options, count);
    await previewRecording(target, { count, ...given }, sink, { isShape, reporter });
  } else {
    const wanted = { count, isShape, given };
    const { source: config, secrets, notes } = await feedConfig(kind, target, flags, { ...options }, wanted);
    const reporter = previewReporter(output, { ...options, isPiped: true }, count);
    guardSecrets({ source: config, secrets }, output, (notice) => reporter.notice(notice));
    for (const note of notes) reporter.note(note, shownName(target));
    const source = sourceOf(config, {
      secretsMet: output.hideMet,
      logger: refusalLogger((refusal) => reporter.refused(refusal)),
    });
    const isOnTerminal = process.stdout.isTTY === true;
    if (isOnTerminal) output.shareTerminal();
    const feed = {
      source,
      sink: { stream: sink, target: 'standard output', isOnTerminal } as OpenSink,
    };
    const deadline = setTimeout(() => source.stop(), options.within);
    status = await runFeed(feed, reporter);
    clearTimeout(deadline);
  }
  if (shape !== undefined) tellShape(shape, kind === 'recording' ? undefined : shape.recordsPerSecond, options);
  return status;
}

async function previewRecording(
  file: string,
  { count, recordsPath }: { readonly count: number; readonly recordsPath: string | undefined },
  sink: Writable,
  { isShape, reporter }: { readonly isShape: boolean; readonly reporter: Reporter },
): Promise<void> {
  const onTorn = (error: InputError): void =>
    reporter.notice({ facts: { event: 'torn', ...tornFacts(error) }, message: tornText(error) });
  const frames = wholeFrames(file, { recordsPath }, onTorn);
  // What is wrong with the file is told when all before it was shown: until then a stream would throw it away.
  let failure: InputError | undefined;
  const readable = async function* (): AsyncGenerator<Buffer, void, void> {
    try {
      yield* first(count, frames);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failure = error;
    }
  };
  const bigIntegers = isShape ? 'bigint' : 'number';
  try {
    await pipeline(Readable.from(readable()), parse({ bigIntegers }), batch({ size: isShape ? 100 : 1 }), sink);
  } catch (error) {
    // Who reads from a pipe leaves when there is enough.
    const isReaderGone = error instanceof SinkError && /^(EPIPE|EOF)$/.test(codeOf(error.cause));
    if (!isReaderGone) throw error;
  }
  if (failure !== undefined) throw failure;
}

async function* first<T>(count: number, items: AsyncIterable<T>): AsyncGenerator<T, void, void> {
  let taken = 0;
  for await (const item of items) {
    yield item;
    taken += 1;
    if (taken === count) return;
  }
}

function tellShape(sink: ShapeWritable, recordsPerSecond: number | undefined, { schema, json }: PreviewOptions): void {
  const { shape } = sink;
  if (schema === true) {
    process.stdout.write(`${visibleJson(JSON.stringify(shapeSchema(shape), null, 2))}\n`);
    return;
  }
  const stdout = new Output(process.stdout);
  if (json === true) {
    const { records, bytes, isCut } = shape;
    const size = records === 0 ? null : { min: shape.minBytes, max: shape.maxBytes, mean: Math.round(bytes / records) };
    const rate = recordsPerSecond === undefined ? null : Number(recordsPerSecond.toFixed(3));
    stdout.sayJson({ records, bytes: size, records_per_second: rate, is_cut: isCut, paths: shapeRows(shape) });
  } else {
    stdout.say(shapeText(shape, recordsPerSecond, widthOf(process.stdout)));
  }
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | undefined)?.code);
}

const SHOWN_RECORDS = 10;
const SHAPE_RECORDS = 1_000;
