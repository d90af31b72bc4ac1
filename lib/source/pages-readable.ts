import { Linger } from '../batch/linger.js';
import type { Page } from '../batch/page.js';
import { BatchStep, type TextRange } from '../batch/step.js';
import type { ResolvedSourceConfig } from '../config/source-config.js';
import type { MayPass, RunConsumer } from '../connect/intake/intake.js';
import { remembered } from '../connect/options/backfill-options.js';
import { withOwnOptions } from '../connect/options/options.js';
import { RunReadable } from '../connect/run-readable.js';
import type { FrameRun } from '../connect/socket/frame-run.js';
import { EnvelopeStep } from '../envelope/step.js';
import type { Frame } from '../frame/frame.js';
import { resolveRejectOptions } from '../internal/reject-options.js';
import { JsonCheck } from '../json/check.js';
import type { BigIntegers } from '../json/values.js';
import type { LetterBudget } from '../parse/letter-budget.js';
import type { LetterWritable } from '../parse/letter-writable.js';
import { type FrameFacts, factsBehind, Message } from '../parse/message.js';
import { resolveParseOptions } from '../parse/options.js';
import { ParseStep } from '../parse/step.js';
import { SelectStep } from '../select/step.js';
import type { MakeStep } from '../stage/step.js';
import { StepChain } from '../stage/step-chain.js';
import { pageMade } from '../telemetry/channels.js';
import { LeadingFilters, leadingFilters } from '../transform/leading-filters.js';
import { TransformChain } from '../transform/transform-chain.js';
import { resolveValidateOptions } from '../validate/options.js';
import { ValidateStep } from '../validate/step.js';
import { type JsonCutter, jsonCutter } from './cut/json-cutter.js';
import { openDeadLetters } from './dead-letters.js';
import { type Prepared, preparedFor } from './prepared.js';
import { ownOptions, parseOptions, type Surroundings, transformOptions, validateOptions } from './stage-options.js';
import { transformSteps } from './transforms.js';

/**
 * The fused arrangement: the steps of all stages run in the socket's message handler, and whole pages are pushed, so
 * that a record crosses one stream boundary a page instead of four a record.
 */
export class PagesReadable<T = unknown> extends RunReadable<Page<T>> {
  /** What it shares with others, who look it up by the settings for as long as somebody holds it. */
  readonly #prepared: Prepared;
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
  /** Whether many records may come of one. */
  readonly #isExploding: boolean;
  /** Whether frames say from where a server is to go on behind them. */
  readonly #isResumed: boolean;
  /** From where that is behind the record before. */
  #cursorBefore: FrameFacts['cursor'];
  readonly #letters: LetterWritable | undefined;
  readonly #budget: LetterBudget | undefined;
  readonly #runs: RunConsumer = {
    onRun: (run, first, most, mayPass) => {
      try {
        this.#acceptRun(run, first, most, mayPass);
      } catch (error) {
        this.fail(error as Error);
      }
    },
    onCounted: (cursor) => this.#onBatched(this.#batch.endRun(cursor)),
  };
  readonly #cutter = jsonCutter();
  readonly #batch: BatchStep;
  /** What the user added, where there is any. */
  readonly #added: StepChain<Message> | undefined;
  readonly #onPages: StepChain<Page> | undefined;
  readonly #linger: Linger;
  readonly #feed: string | undefined;

  /** @internal */
  constructor(config: ResolvedSourceConfig, around: Surroundings, isReused = false) {
    const prepared = preparedFor(config, around);
    const check = new JsonCheck();
    super(config.urls, withOwnOptions(prepared.connect, ownOptions(around)), check);
    this.#prepared = prepared;
    const batching = prepared.batch;
    const kept = openDeadLetters(config, around);
    const letters = kept?.stream;
    const parsing = letters === undefined ? prepared.parse : resolveParseOptions(parseOptions(config, around, letters));
    this.#check = check;
    this.#feed = around.feed;
    this.#isResumed = remembered(prepared.connect) !== undefined;
    this.#bigIntegers = parsing.bigIntegers;
    this.#parse = new ParseStep(parsing, check);
    this.#validate =
      prepared.check === undefined
        ? undefined
        : new ValidateStep(prepared.check, resolveValidateOptions(validateOptions(config, around, letters)));
    this.#select = prepared.select === undefined ? undefined : new SelectStep(prepared.select);
    this.#envelope = config.envelope ? new EnvelopeStep() : undefined;
    this.#isDirect =
      this.#parse.isSingle &&
      parsing.format === 'json' &&
      parsing.decode === undefined &&
      parsing.stopWhen === undefined &&
      this.#validate === undefined &&
      this.#select === undefined &&
      this.#envelope === undefined &&
      around.added.messages.length === 0;
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
            filters.length,
          );
    this.#isExploding = others.some(({ name }) => name === 'explode');
    this.#letters = letters;
    this.#budget = around.letters?.budget;
    kept?.belongTo(this);
    letters?.on('error', (error) => this.fail(error)).on('drain', () => this.resumeIfRoom());
    this.#batch = new BatchStep(batching, isReused);
    this.#added = this.#chainOf(around.added.messages, (message) => this.#addLater(message));
    const onPages = [...(kept?.pages ?? []), ...around.added.pages];
    this.#onPages = this.#chainOf(onPages, (page) => this.#push(page));
    this.#linger = new Linger(batching.clock, batching.lingerMs, () => this.#deliverPage(this.#batch.flush()));
  }

  /** @internal What runs of the same settings share. */
  get prepared(): Prepared {
    return this.#prepared;
  }

  /** Records taken so far. */
  get records(): number {
    return this.#batch.records;
  }

  /** Frames, lines, elements and records that were refused and dropped. */
  get skipped(): number {
    return this.#parse.skipped + (this.#validate?.skipped ?? 0) + sumOf(this.#others, 'skipped');
  }

  /** Dead letters that were written. */
  get deadLetters(): number {
    return this.#letters?.count ?? 0;
  }

  /** @internal The same by the code of the error. */
  get letterCauses(): ReadonlyMap<string, number> | undefined {
    return this.#letters?.causes;
  }

  /** Records that transforms have left out, as they were told to. */
  get filtered(): number {
    return (this.#filters?.filtered ?? 0) + sumOf(this.#others, 'filtered');
  }

  protected override receive(frame: Frame): void {
    try {
      if (this.#isDirect && this.#acceptsText(frame)) {
        if (this.#isResumed) this.#batch.passed(frame);
        return;
      }
      if (this.#parse.isSingle) {
        const message = this.#parse.one(frame);
        if (message !== undefined) this.#accept(message);
      } else {
        for (const message of this.#parse.many(frame)) {
          this.#accept(message);
          if (this.#batch.isDone) break;
        }
      }
      // Records that the user's stages hold have not been taken yet.
      if (this.#isResumed && this.#added === undefined) this.#batch.passed(frame);
      if (this.#parse.isDone) this.complete('stop_when');
      if (this.#letters?.writableNeedDrain === true) this.hold();
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

  protected override get hasRoom(): boolean {
    const isFull = this.#added?.isFull === true || this.#onPages?.isFull === true;
    return !isFull && this.#letters?.writableNeedDrain !== true;
  }

  protected override beforeEnd(done: () => void): void {
    const flush = (): void => {
      this.#deliverPage(this.#batch.flush());
      if (this.#onPages === undefined) done();
      else this.#onPages.end(done);
    };
    if (this.#added === undefined || this.#batch.isDone) flush();
    else this.#added.end(flush);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#linger.stop();
    this.#added?.close();
    this.#onPages?.close();
    super._destroy(error, callback);
  }

  /** The short way, from the frame into the page, for a whole frame that is one JSON text. Another frame goes the long way. */
  #acceptsText(frame: Frame): boolean {
    const { data } = frame;
    const check = this.#check;
    if (frame.gap !== undefined || frame.notInflated !== undefined) return false;
    const filters = this.#filters;
    let text: TextRange = check;
    if (filters === undefined) {
      const isKnown = check.hasPassed(data, 0, data.length);
      if (!isKnown && this.#cutter?.check(data) === true) text = this.#cutter;
      else if (!isKnown && !check.check(data, 0, data.length)) return false;
    } else {
      if (!filters.check(data, 0, data.length)) return false;
      if (!filters.keep(data)) return true;
    }
    if (this.#transforms !== undefined) {
      this.#transform(frame, data, text.start, text.end, text.hasLineBreaks);
      return true;
    }
    this.#onBatched(this.#batch.addText(frame, data, text, this.#bigIntegers));
    return true;
  }

  /** The same for frames that stand one behind another, without an object for any of them. What it leaves comes one by one. */
  #acceptRun(run: FrameRun, first: FrameFacts, most: number, mayPass: MayPass | undefined): void {
    const { chunk } = run;
    const check = this.#check;
    const filters = this.#filters;
    const batch = this.#batch;
    const cutter = this.#cutter;
    if (cutter !== undefined && filters === undefined && mayPass === undefined) this.#cutRun(cutter, run, first, most);
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
      room = batch.place(chunk, check) ? room - 1 : 0;
      placed += 1;
      run.accept();
    }
    batch.noteRun(first, first.sequence + run.frames - placed, placed, this.#bigIntegers);
  }

  /** The same in one go, for those that need no more than a check. What it leaves may be anything. */
  #cutRun(cutter: JsonCutter, run: FrameRun, first: FrameFacts, most: number): void {
    const batch = this.#batch;
    const count = cutter.cut(run, batch.roomInRun(most), batch.runRoom);
    if (count === 0) return;
    batch.placeMany(cutter.texts, cutter.ends, count, cutter.used);
    batch.noteRun(first, first.sequence, count, this.#bigIntegers);
  }

  #accept(message: Message): void {
    if (this.#validate !== undefined && !this.#validate.accepts(message)) return;
    const kept = this.#select === undefined ? message : this.#select.pick(message);
    const stored = this.#envelope === undefined ? kept : this.#envelope.wrap(kept);
    if (this.#transforms === undefined || message.isGap) {
      this.#store(stored);
      return;
    }
    const { text } = stored;
    this.#transform(message.frame, text, 0, text.length, true);
  }

  #transform(frame: FrameFacts, bytes: Buffer, start: number, end: number, hasLineBreaks: boolean): void {
    this.#frame = this.#isExploding && frame.cursor !== undefined ? factsBehind(frame, this.#cursorBefore) : frame;
    this.#text.hasLineBreaks = hasLineBreaks;
    this.#transforms!.apply(frame, bytes, start, end);
    if (this.#isExploding) this.#cursorBefore = frame.cursor;
  }

  #acceptTransformed(bytes: Buffer, start: number, end: number): void {
    if (this.#batch.isDone) return;
    const frame = this.#frame as FrameFacts;
    if (this.#added !== undefined) {
      // The bytes change.
      const copy = Buffer.from(bytes.subarray(start, end));
      this.#store(Message.of(frame, copy, 0, copy.length, true, this.#bigIntegers));
      return;
    }
    const text = this.#text;
    text.start = start;
    text.end = end;
    this.#onBatched(this.#batch.addText(frame, bytes, text, this.#bigIntegers));
  }

  /** A record has been through all stages of the configuration. */
  #store(message: Message): void {
    if (this.#added === undefined) this.#onBatched(this.#batch.add(message));
    else this.#give(this.#added, message);
  }

  #addLater(message: Message): void {
    if (!this.#batch.isDone) this.#onBatched(this.#batch.add(message));
  }

  /** A record was added, and this page went out by it. */
  #onBatched(page: Page | undefined): void {
    if (page !== undefined) this.#deliverPage(page);
    this.#linger.held(this.#batch.held);
    if (this.#batch.isDone) this.complete(this.#parse.isDone ? 'stop_when' : this.#batch.doneBy);
  }

  #deliverPage(page: Page | undefined): void {
    if (page !== undefined) {
      this.#budget?.turnPage();
      if (this.#onPages === undefined) this.#push(page);
      else this.#give(this.#onPages, page);
    }
    this.#linger.held(this.#batch.held);
  }

  #give<Item>(chain: StepChain<Item>, item: Item): void {
    chain.take(item);
    if (chain.isFull) this.hold();
  }

  #push(page: Page): void {
    if (pageMade.hasSubscribers) pageMade.publish({ feed: this.#feed, page, stream: this });
    this.deliver(page as Page<T>, page.bytes.length, page.length);
  }

  get #others(): readonly { readonly filtered: number; readonly skipped: number }[] {
    return [this.#transforms, this.#added, this.#onPages].filter((chain) => chain !== undefined);
  }

  #chainOf<Item>(makers: readonly MakeStep<Item, Item>[], push: (item: Item) => void): StepChain<Item> | undefined {
    if (makers.length === 0) return undefined;
    return new StepChain(makers, {
      stream: this,
      push,
      fail: (error) => this.fail(error),
      room: () => this.resumeIfRoom(),
    });
  }
}

function sumOf<K extends string>(chains: readonly Readonly<Record<K, number>>[], count: K): number {
  return chains.reduce((sum, chain) => sum + chain[count], 0);
}
