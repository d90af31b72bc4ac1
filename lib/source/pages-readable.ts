import { Linger } from '../batch/linger.js';
import { resolveBatchOptions } from '../batch/options.js';
import type { Page } from '../batch/page.js';
import { BatchStep } from '../batch/step.js';
import type { ResolvedSourceConfig } from '../config/source-config.js';
import type { Frame } from '../connect/frame.js';
import { resolveWebSocketOptions } from '../connect/options.js';
import { RunReadable } from '../connect/run-readable.js';
import { EnvelopeStep } from '../envelope/step.js';
import { JsonCheck } from '../json/check.js';
import type { BigIntegers } from '../json/values.js';
import type { Message } from '../parse/message.js';
import { resolveParseOptions } from '../parse/options.js';
import { ParseStep } from '../parse/step.js';
import { selectPaths } from '../select/paths.js';
import { SelectStep } from '../select/step.js';
import { resolveValidateOptions } from '../validate/options.js';
import { compileSchema } from '../validate/schema.js';
import { ValidateStep } from '../validate/step.js';
import { batchOptions, connectOptions, parseOptions, type Surroundings, validateOptions } from './stage-options.js';

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
  /** Whether no stage looks into the records, so that no message is made of them. */
  readonly #isDirect: boolean;
  readonly #batch: BatchStep;
  readonly #linger: Linger;

  /** @internal */
  constructor(config: ResolvedSourceConfig, around: Surroundings) {
    const batching = resolveBatchOptions(batchOptions(config, around));
    const check = new JsonCheck();
    super(config.urls, resolveWebSocketOptions({ ...connectOptions(config, around), highWaterMark: PAGES }), check);
    const parsing = resolveParseOptions(parseOptions(config, around));
    this.#check = check;
    this.#bigIntegers = parsing.bigIntegers;
    this.#parse = new ParseStep(parsing, check);
    this.#validate =
      config.recordSchema === undefined
        ? undefined
        : new ValidateStep(
            compileSchema(config.recordSchema, 'record_schema'),
            resolveValidateOptions(validateOptions(config, around)),
          );
    this.#select = config.select === undefined ? undefined : new SelectStep(selectPaths(config.select, 'select'));
    this.#envelope = config.envelope ? new EnvelopeStep() : undefined;
    this.#isDirect =
      this.#parse.isSingle &&
      parsing.format === 'json' &&
      this.#validate === undefined &&
      this.#select === undefined &&
      this.#envelope === undefined;
    this.#batch = new BatchStep(batching);
    this.#linger = new Linger(batching.clock, batching.lingerMs, () => this.#deliverPage(this.#batch.flush()));
  }

  /** Records taken so far. */
  get records(): number {
    return this.#batch.records;
  }

  /** Frames, lines, elements and records that were refused and dropped. */
  get skipped(): number {
    return this.#parse.skipped + (this.#validate?.skipped ?? 0);
  }

  protected override receive(frame: Frame): void {
    try {
      if (this.#isDirect && this.#takesText(frame)) return;
      if (this.#parse.isSingle) {
        const message = this.#parse.one(frame);
        if (message !== undefined) this.#take(message);
      } else {
        for (const message of this.#parse.many(frame)) {
          this.#take(message);
          if (this.#batch.isDone) break;
        }
      }
    } catch (error) {
      this.fail(error as Error);
    }
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
  #takesText(frame: Frame): boolean {
    const { data } = frame;
    const check = this.#check;
    if (frame.gap !== undefined || frame.notInflated !== undefined) return false;
    if (!check.checkNext(data, 0, data.length)) return false;
    this.#added(this.#batch.addText(frame, data, check, this.#bigIntegers));
    return true;
  }

  #take(message: Message): void {
    if (this.#validate !== undefined && !this.#validate.accepts(message)) return;
    const kept = this.#select === undefined ? message : this.#select.pick(message);
    this.#added(this.#batch.add(this.#envelope === undefined ? kept : this.#envelope.wrap(kept)));
  }

  /** A record was added, and this page went out by it. */
  #added(page: Page | undefined): void {
    if (page !== undefined) this.#deliverPage(page);
    this.#linger.held(this.#batch.held);
    if (this.#batch.isDone) this.complete('max_messages');
  }

  #deliverPage(page: Page | undefined): void {
    if (page !== undefined) this.deliver(page, page.bytes.length, page.length);
    this.#linger.held(this.#batch.held);
  }
}

/** A page can hold 16 MiB, and `max_buffered_bytes` rules besides: so few of them wait. */
const PAGES = 4;
