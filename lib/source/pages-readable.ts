import { Linger } from '../batch/linger.js';
import { resolveBatchOptions } from '../batch/options.js';
import type { Page } from '../batch/page.js';
import { BatchStep } from '../batch/step.js';
import type { ResolvedSourceConfig } from '../config/source-config.js';
import type { MayPass, RunConsumer } from '../connect/intake/intake.js';
import { resolveWebSocketOptions } from '../connect/options/options.js';
import { RunReadable } from '../connect/run-readable.js';
import type { FrameRun } from '../connect/socket/frame-run.js';
import { EnvelopeStep } from '../envelope/step.js';
import type { Frame } from '../frame/frame.js';
import { resolveRejectOptions } from '../internal/reject-options.js';
import { JsonCheck } from '../json/check.js';
import type { BigIntegers } from '../json/values.js';
import type { DeadLetterFile } from '../parse/dead-letter-file.js';
import type { FrameFacts, Message } from '../parse/message.js';
import { resolveParseOptions } from '../parse/options.js';
import { ParseStep } from '../parse/step.js';
import { selectPaths } from '../select/paths.js';
import { SelectStep } from '../select/step.js';
import { LeadingFilters, leadingFilters } from '../transform/leading-filters.js';
import { TransformChain } from '../transform/transform-chain.js';
import { resolveValidateOptions } from '../validate/options.js';
import { compileSchema } from '../validate/schema.js';
import { ValidateStep } from '../validate/step.js';
import { keepTooLarge, openDeadLetters } from './dead-letters.js';
import {
  batchOptions,
  connectOptions,
  parseOptions,
  type Surroundings,
  transformOptions,
  validateOptions,
} from './stage-options.js';
import { transformSteps } from './transforms.js';

/**
 * The fused arrangement: the steps of all stages run in the socket's message handler, and whole pages are pushed, so
 * that a record crosses one stream boundary a page instead of four a record.
 */
export class PagesReadable extends RunReadable<Page> {
  readonly #check: JsonCheck;
  readonly #bigIntegers: BigIntegers;
  readonly #parse: ParseStep;
  readonly #validate: ValidateStep | undefined;
  readonly #select: SelectStep | undefined;
  readonly #envelope: EnvelopeStep | undefined;
  readonly #transforms: TransformChain | undefined;
  /** With {@link #isDirect}: filters that look at a frame in the pass that checks it. */
  readonly #filters: LeadingFilters | undefined;
  /** What the record at hand came in, and where it stands: for what comes out of the transforms. */
  #frame: FrameFacts | undefined;
  readonly #text = { start: 0, end: 0, hasLineBreaks: false };
  /** Whether no stage looks into the records, so that no message is made of them. */
  readonly #isDirect: boolean;
  readonly #letters: DeadLetterFile | undefined;
  readonly #runs: RunConsumer = {
    onRun: (run, first, most, mayPass) => {
      try {
        this.#acceptRun(run, first, most, mayPass);
      } catch (error) {
        this.fail(error as Error);
      }
    },
    onCounted: () => this.#added(this.#batch.endRun()),
  };
  readonly #batch: BatchStep;
  readonly #linger: Linger;

  /** @internal */
  constructor(config: ResolvedSourceConfig, around: Surroundings, isReused = false) {
    const batching = resolveBatchOptions(batchOptions(config, around));
    const check = new JsonCheck();
    super(config.urls, resolveWebSocketOptions({ ...connectOptions(config, around), highWaterMark: PAGES }), check);
    const letters = openDeadLetters(config);
    const parsing = resolveParseOptions(parseOptions(config, around, letters));
    this.#check = check;
    this.#bigIntegers = parsing.bigIntegers;
    this.#parse = new ParseStep(parsing, check);
    this.#validate =
      config.recordSchema === undefined
        ? undefined
        : new ValidateStep(
            compileSchema(config.recordSchema, 'record_schema'),
            resolveValidateOptions(validateOptions(config, around, letters)),
          );
    this.#select = config.select === undefined ? undefined : new SelectStep(selectPaths(config.select, 'select'));
    this.#envelope = config.envelope ? new EnvelopeStep() : undefined;
    this.#isDirect =
      this.#parse.isSingle &&
      parsing.format === 'json' &&
      parsing.stopWhen === undefined &&
      this.#validate === undefined &&
      this.#select === undefined &&
      this.#envelope === undefined;
    const steps = transformSteps(config.transforms);
    // Another step's fields may be looked for in that pass already.
    const filters = this.#isDirect && check.index === undefined ? leadingFilters(steps) : [];
    const others = steps.slice(filters.length);
    this.#filters = filters.length === 0 ? undefined : new LeadingFilters(filters, check);
    this.#transforms =
      others.length === 0
        ? undefined
        : new TransformChain(
            others,
            resolveRejectOptions('transforms', transformOptions(config, around, letters)),
            (bytes, start, end) => this.#acceptTransformed(bytes, start, end),
          );
    this.#letters = letters;
    if (letters !== undefined) {
      letters.on('error', (error) => this.fail(error));
      keepTooLarge(letters, this, batching.clock);
    }
    this.#batch = new BatchStep(batching, isReused);
    this.#linger = new Linger(batching.clock, batching.lingerMs, () => this.#deliverPage(this.#batch.flush()));
  }

  /** Records taken so far. */
  get records(): number {
    return this.#batch.records;
  }

  /** Frames, lines, elements and records that were refused and dropped. */
  get skipped(): number {
    return this.#parse.skipped + (this.#validate?.skipped ?? 0) + (this.#transforms?.skipped ?? 0);
  }

  /** Dead letters that were written. */
  get deadLetters(): number {
    return this.#letters?.count ?? 0;
  }

  /** Records that transforms have left out, as they were told to. */
  get filtered(): number {
    return (this.#filters?.filtered ?? 0) + (this.#transforms?.filtered ?? 0);
  }

  protected override receive(frame: Frame): void {
    try {
      if (this.#isDirect && this.#acceptsText(frame)) return;
      if (this.#parse.isSingle) {
        const message = this.#parse.one(frame);
        if (message !== undefined) this.#accept(message);
      } else {
        for (const message of this.#parse.many(frame)) {
          this.#accept(message);
          if (this.#batch.isDone) break;
        }
      }
      if (this.#parse.isDone) this.complete('stop_when');
    } catch (error) {
      this.fail(error as Error);
    }
  }

  /** @internal */
  protected override get runs(): RunConsumer | undefined {
    return this.#isDirect && this.#transforms === undefined ? this.#runs : undefined;
  }

  protected override get lump(): number {
    return 1;
  }

  protected override beforeEnd(): void {
    this.#deliverPage(this.#batch.flush());
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#linger.stop();
    super._destroy(error, callback);
  }

  /** The short way, from the frame into the page, for a whole frame that is one JSON text. Another frame goes the long way. */
  #acceptsText(frame: Frame): boolean {
    const { data } = frame;
    const check = this.#check;
    if (frame.gap !== undefined || frame.notInflated !== undefined) return false;
    const filters = this.#filters;
    if (filters === undefined) {
      if (!check.checkNext(data, 0, data.length)) return false;
    } else {
      if (!filters.check(data, 0, data.length)) return false;
      if (!filters.keep(data)) return true;
    }
    if (this.#transforms !== undefined) {
      this.#transform(frame, data, check.start, check.end, check.hasLineBreaks);
      return true;
    }
    this.#added(this.#batch.addText(frame, data, check, this.#bigIntegers));
    return true;
  }

  /** The same for frames that stand one behind another, without an object for any of them. What it leaves comes one by one. */
  #acceptRun(run: FrameRun, first: FrameFacts, most: number, mayPass: MayPass | undefined): void {
    const { chunk } = run;
    const check = this.#check;
    const filters = this.#filters;
    const batch = this.#batch;
    let room = batch.beginRun(chunk, run.offset, most);
    /** Frames that were placed since the last one that was left out. */
    let placed = 0;
    while (room > 0 && run.frames < most && run.next()) {
      if (filters === undefined) {
        if (!check.check(chunk, run.start, run.end)) break;
        if (mayPass !== undefined && !mayPass(chunk, run.start, run.end)) break;
      } else {
        if (!filters.check(chunk, run.start, run.end)) break;
        if (!filters.keep(chunk)) {
          batch.noteRun(first, first.sequence + run.frames - placed, placed, this.#bigIntegers);
          placed = 0;
          run.accept();
          continue;
        }
      }
      room = batch.place(check) ? room - 1 : 0;
      placed += 1;
      run.accept();
    }
    batch.noteRun(first, first.sequence + run.frames - placed, placed, this.#bigIntegers);
  }

  #accept(message: Message): void {
    if (this.#validate !== undefined && !this.#validate.accepts(message)) return;
    const kept = this.#select === undefined ? message : this.#select.pick(message);
    const stored = this.#envelope === undefined ? kept : this.#envelope.wrap(kept);
    if (this.#transforms === undefined || message.isGap) {
      this.#added(this.#batch.add(stored));
      return;
    }
    const { text } = stored;
    this.#transform(message.frame, text, 0, text.length, true);
  }

  #transform(frame: FrameFacts, bytes: Buffer, start: number, end: number, hasLineBreaks: boolean): void {
    this.#frame = frame;
    this.#text.hasLineBreaks = hasLineBreaks;
    this.#transforms!.apply(frame, bytes, start, end);
  }

  #acceptTransformed(bytes: Buffer, start: number, end: number): void {
    if (this.#batch.isDone) return;
    const text = this.#text;
    text.start = start;
    text.end = end;
    this.#added(this.#batch.addText(this.#frame as FrameFacts, bytes, text, this.#bigIntegers));
  }

  /** A record was added, and this page went out by it. */
  #added(page: Page | undefined): void {
    if (page !== undefined) this.#deliverPage(page);
    this.#linger.held(this.#batch.held);
    if (this.#batch.isDone) this.complete(this.#parse.isDone ? 'stop_when' : this.#batch.doneBy);
  }

  #deliverPage(page: Page | undefined): void {
    if (page !== undefined) this.deliver(page, page.bytes.length, page.length);
    this.#linger.held(this.#batch.held);
  }
}

/** A page can hold 16 MiB, and `max_buffered_bytes` rules besides: so few of them wait. */
const PAGES = 4;
