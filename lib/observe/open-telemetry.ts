import type { Attributes, Histogram, Meter, MetricOptions, Observable, SpanContext, Tracer } from '@opentelemetry/api';
import type { Clock } from '../internal/clock.js';
import { BUCKETS, METRIC_LIST, type Metric, type MetricName } from '../telemetry/metrics.js';
import type { MeterListener, RunListener } from './feed-meter.js';
import { FeedMeters } from './feed-meters.js';
import { RunSpans } from './run-spans.js';
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
 * tracer a span for each run, and for pages, from the sink being given one until it is stored, with a link to that of its run: for each
 * that failed, and for 20 a second of the others at most.
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
  const spans = tracer && new RunSpans(tracer);
  const listener: MeterListener = {
    observed: (name, labels, value) => histograms.get(name)?.record(value, labels as Attributes),
    ...joined(kafkaClient(meter), spans ?? {}),
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
      return run && spans?.contextOf(run);
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

/** What a sink of Kafka sends, in the terms of the conventions for messaging. */
function kafkaClient(meter: Meter): RunListener {
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
    stored({ feed: { sinkType } }, { records, ms }) {
      if (sinkType !== 'kafka') return;
      sent.add(records, SEND);
      duration.record(ms / 1_000, SEND);
    },
  };
}

function joined(...all: readonly RunListener[]): Omit<MeterListener, 'observed'> {
  return {
    begun(meter) {
      for (const listener of all) listener.begun?.(meter);
    },
    over(meter) {
      for (const listener of all) listener.over?.(meter);
    },
    stored(...told) {
      for (const listener of all) listener.stored?.(...told);
    },
    failed(...told) {
      for (const listener of all) listener.failed?.(...told);
    },
  };
}

const SEND: Attributes = { 'messaging.system': 'kafka', 'messaging.operation.name': 'send' };
