import type {
  Attributes,
  Histogram,
  Meter,
  MetricOptions,
  Observable,
  Span,
  SpanContext,
  Tracer,
} from '@opentelemetry/api';
import type { Page } from '../batch/page.js';
import type { Clock } from '../internal/clock.js';
import { BUCKETS, METRIC_LIST, type Metric, type MetricName } from '../telemetry/metrics.js';
import type { FeedMeter, MeterListener } from './feed-meter.js';
import { FeedMeters } from './feed-meters.js';
import type { CommandFeed, WatchedFeed } from './watched-feed.js';

/** What {@link openTelemetry} returns. */
export interface OpenTelemetry {
  /**
   * Watches a run of a feed, from before it connects. What it came to stays when it is over, until a run of this name is watched
   * again, or the function is called that is returned.
   *
   * @throws {ConfigError} when a run of this name goes on, or `eventTime` is not valid
   */
  watch(name: string, feed: WatchedFeed): () => void;
  /** Watches nothing any more. */
  close(): void;
}

/**
 * Tells how feeds are to OpenTelemetry: all metrics, named as it names them (`spillway.gap` in `s`, for `spillway_gap_seconds_total`); what
 * a sink of the type `kafka` has stored as `messaging.client.sent.messages` and `messaging.client.operation.duration`, too; and with a
 * tracer a span for each run, and one for each page, from the sink being given it until it is stored, with a link to that of its run.
 *
 * @param meter of `@opentelemetry/api`: whom it tells is up to the SDK that it comes from
 * @param tracer the same for spans @default no spans
 * @example
 * ```ts
 * const telemetry = openTelemetry(metrics.getMeter('spillway'), trace.getTracer('spillway'));
 * telemetry.watch('trades', { source, stream: pages, sink });
 * ```
 */
export function openTelemetry(meter: Meter, tracer?: Tracer): OpenTelemetry {
  return openTelemetryOf(meter, tracer);
}

/** @internal What the command asks for beside that. */
export interface CommandTelemetry {
  watch(name: string, feed: CommandFeed): () => void;
  /** The trace of a run that goes on; `undefined` without a tracer. */
  traceOf(name: string): SpanContext | undefined;
  close(): void;
}

/** @internal The same, for the command, or by a clock of a test's own. */
export function openTelemetryOf(meter: Meter, tracer?: Tracer, clock?: Clock): CommandTelemetry {
  const histograms = new Map<MetricName, Histogram>();
  const observables = new Map<MetricName, Observable>();
  for (const [name, metric] of METRIC_LIST) {
    if (metric.kind === 'histogram')
      histograms.set(name, meter.createHistogram(otelName(name), histogramOptions(metric)));
    else observables.set(name, observableOf(meter, name, metric));
  }
  const runs = new Map<FeedMeter, Span>();
  const listener: MeterListener = {
    observed: (name, labels, value) => histograms.get(name)?.record(value, labels as Attributes),
    ...joined(kafkaClient(meter), tracer === undefined ? {} : spansOf(tracer, runs)),
  };
  const meters = new FeedMeters(clock, listener);
  const all = [...observables.values()];
  const read = (result: { observe(of: Observable, value: number, attributes?: Attributes): void }): void => {
    const readings = meters.readings();
    for (const [name, observable] of observables) {
      for (const { labels, value } of readings.get(name) ?? []) {
        result.observe(observable, value as number, labels as Attributes);
      }
    }
  };
  meter.addBatchObservableCallback(read, all);
  return {
    watch: (name, feed) => meters.watch(name, feed),
    traceOf(name) {
      const run = meters.feed(name);
      return run && runs.get(run)?.spanContext();
    },
    close() {
      meter.removeBatchObservableCallback(read, all);
      meters.close();
    },
  };
}

/** Words with dots, without the unit, which stands beside it, and without `total`. */
export function otelName(name: MetricName): string {
  const bare = name.replace(/^spillway_/, '').replace(/_total$/, '');
  return `spillway.${bare.replace(/(?<=.)_(seconds|bytes)$/, '')}`;
}

function observableOf(meter: Meter, name: MetricName, metric: Metric): Observable {
  const options = { description: metric.help, unit: unitOf(metric) };
  return metric.kind === 'counter'
    ? meter.createObservableCounter(otelName(name), options)
    : meter.createObservableGauge(otelName(name), options);
}

function histogramOptions(metric: Metric): MetricOptions {
  return { description: metric.help, unit: 's', advice: { explicitBucketBoundaries: [...BUCKETS] } };
}

/** As UCUM writes it: what is counted stands in braces. */
function unitOf({ unit }: Metric): string {
  if (unit === 'seconds') return 's';
  if (unit === 'bytes') return 'By';
  return unit === 'yes or no' ? '1' : `{${unit.replace(/s$/, '')}}`;
}

type PageHooks = Omit<Partial<MeterListener>, 'observed'>;

/** What a sink of Kafka sends, in the terms of the conventions for messaging. */
function kafkaClient(meter: Meter): PageHooks {
  const sent = meter.createCounter('messaging.client.sent.messages', {
    description: 'Number of messages producer attempted to send to the broker.',
    unit: '{message}',
  });
  const duration = meter.createHistogram('messaging.client.operation.duration', {
    description: 'Duration of messaging operation initiated by a producer or consumer client.',
    unit: 's',
    advice: { explicitBucketBoundaries: [...BUCKETS] },
  });
  return {
    stored({ feed: { sinkType } }, _page, { records, ms }) {
      if (sinkType !== 'kafka') return;
      sent.add(records, SEND);
      duration.record(ms / 1_000, SEND);
    },
  };
}

/** A span for each run, and one for each page that a sink has. */
function spansOf(tracer: Tracer, runs: Map<FeedMeter, Span>): PageHooks {
  const spans = new Map<Page, Span>();
  const end = (page: Page, finish?: (span: Span) => void): void => {
    const span = spans.get(page);
    if (span === undefined) return;
    spans.delete(page);
    finish?.(span);
    span.end();
  };
  return {
    begun(meter) {
      runs.set(meter, tracer.startSpan('spillway run', { attributes: attributesOf(meter) }));
    },
    over(meter) {
      const span = runs.get(meter);
      runs.delete(meter);
      span?.setAttributes({ 'spillway.records': meter.stats.records, 'spillway.gaps': meter.gapsTold });
      if (meter.sinkFailure !== undefined) span?.setStatus({ code: ERROR, message: meter.sinkFailure.message });
      span?.end();
    },
    given(meter, page) {
      const attributes = {
        ...attributesOf(meter),
        'spillway.records': page.recordsAmong(),
        'spillway.bytes': page.bytes.length,
      };
      // A run may last for months: as a parent it would make one trace of all its pages.
      const run = runs.get(meter);
      const links = run === undefined ? [] : [{ context: run.spanContext() }];
      spans.set(page, tracer.startSpan('spillway page', { kind: PRODUCER, attributes, links, root: true }));
    },
    stored: (_meter, page) => end(page),
    failed(_meter, page, error) {
      end(page, (span) => {
        span.recordException(error);
        span.setStatus({ code: ERROR, message: error.message });
      });
    },
  };
}

function attributesOf({ name, feed: { sinkType = 'sink' } }: FeedMeter): Attributes {
  return { 'spillway.feed': name, 'spillway.sink': sinkType };
}

function joined(...all: readonly PageHooks[]): Omit<MeterListener, 'observed'> {
  return {
    begun(meter) {
      for (const { begun } of all) begun?.(meter);
    },
    over(meter) {
      for (const { over } of all) over?.(meter);
    },
    given(...told) {
      for (const { given } of all) given?.(...told);
    },
    stored(...told) {
      for (const { stored } of all) stored?.(...told);
    },
    failed(...told) {
      for (const { failed } of all) failed?.(...told);
    },
  };
}

const SEND: Attributes = { 'messaging.system': 'kafka', 'messaging.operation.name': 'send' };
/** Of `SpanKind` and `SpanStatusCode`: to load the package for two numbers is not worth it. */
const PRODUCER = 3;
const ERROR = 2;
