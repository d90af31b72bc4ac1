import type { Attributes, HrTime, Span, SpanContext, Tracer } from '@opentelemetry/api';
import type { FeedMeter, PageWrite, RunListener } from './feed-meter.js';

/**
 * Spans: one for each run, and one for a page, from the sink being given it until it is stored. Of pages each that failed has one, and of
 * the others so many a second as are worth their cost: a quick feed has thousands of pages.
 */
export class RunSpans implements RunListener {
  readonly #tracer: Tracer;
  readonly #runs = new Map<FeedMeter, RunSpan>();
  /** How many spans of pages may be made at once. */
  #budget = PAGES_PER_SECOND;
  /** When the budget was filled, by the clock's monotonic milliseconds. */
  #filledAt = 0;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** Of a run that goes on. */
  contextOf(run: FeedMeter): SpanContext | undefined {
    return this.#runs.get(run)?.span.spanContext();
  }

  begun(meter: FeedMeter): void {
    this.#runs.set(meter, {
      span: this.#tracer.startSpan('spillway run', { attributes: attributesOf(meter) }),
      pagesLeftOut: 0,
    });
  }

  over(meter: FeedMeter): void {
    const run = this.#runs.get(meter);
    if (run === undefined) return;
    this.#runs.delete(meter);
    run.span.setAttributes({ 'spillway.records': meter.stats.records, 'spillway.gaps': meter.gapsTold });
    if (meter.sinkFailure !== undefined) run.span.setStatus({ code: ERROR, message: meter.sinkFailure.message });
    run.span.end();
  }

  stored(meter: FeedMeter, write: PageWrite): void {
    const run = this.#runs.get(meter);
    if (run === undefined) return;
    if (this.#spend(meter.clock.monotonic())) this.#page(meter, run, write);
    else run.pagesLeftOut += 1;
  }

  failed(meter: FeedMeter, write: PageWrite, error: Error): void {
    const run = this.#runs.get(meter);
    if (run !== undefined) this.#page(meter, run, write, error);
  }

  #page(meter: FeedMeter, run: RunSpan, { records, bytes, ms }: PageWrite, error?: Error): void {
    const end = meter.clock.now();
    const span = this.#tracer.startSpan('spillway page', {
      kind: PRODUCER,
      startTime: hrTime(end - ms),
      attributes: {
        ...attributesOf(meter),
        'spillway.records': records,
        'spillway.bytes': bytes,
        'spillway.pages_left_out': run.pagesLeftOut,
      },
      // A run may last for months: as a parent it would make one trace of all its pages.
      links: [{ context: run.span.spanContext() }],
      root: true,
    });
    run.pagesLeftOut = 0;
    if (error !== undefined) {
      span.recordException(error, hrTime(end));
      span.setStatus({ code: ERROR, message: error.message });
    }
    span.end(hrTime(end));
  }

  #spend(now: number): boolean {
    this.#budget = Math.min(PAGES_PER_SECOND, this.#budget + ((now - this.#filledAt) * PAGES_PER_SECOND) / 1_000);
    this.#filledAt = now;
    if (this.#budget < 1) return false;
    this.#budget -= 1;
    return true;
  }
}

interface RunSpan {
  readonly span: Span;
  /** How many pages had none since the last one that had. */
  pagesLeftOut: number;
}

function attributesOf({ name, feed: { sinkType = 'sink' } }: FeedMeter): Attributes {
  return { 'spillway.feed': name, 'spillway.sink': sinkType };
}

/** @param ms since the epoch */
function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.floor((ms - seconds * 1_000) * 1e6)];
}

/** Of all feeds together. */
const PAGES_PER_SECOND = 20;
/** Of `SpanKind` and `SpanStatusCode`: to load the package for two numbers is not worth it. */
const PRODUCER = 3;
const ERROR = 2;
