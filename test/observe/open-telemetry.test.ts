import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { createSource, jsonlFile } from '../../lib/index.js';
import { openTelemetry } from '../../lib/observe/index.js';
import { openTelemetryOf, otelName } from '../../lib/observe/open-telemetry.js';
import { METRIC_LIST } from '../../lib/telemetry/metrics.js';
import { createFakeClock, pageOf } from '../../lib/testing/index.js';
import { feed } from '../support/feed.js';
import { tempFolder } from '../support/temp-folder.js';
import { fakeFeed } from './fake-feed.js';

describe('what OpenTelemetry is told', () => {
  it('is what a run does: metrics by its names and units, and a span for each page', async (t) => {
    const { meter, tracer, spans, read } = sdk(t);
    const { url } = await feed(t, async (client) => {
      await client.sendMany(['{"n":1}', '{"n":2}']);
      await client.close(1000);
    });
    const telemetry = openTelemetry(meter, tracer);
    t.after(() => telemetry.close());
    const source = createSource({ url, idle_timeout: 60 });
    const stream = source.pages();
    const sink = jsonlFile(join(await tempFolder(t), 'out.jsonl'));
    telemetry.watch('trades', { source, stream, sink, sinkType: 'jsonl' });
    await pipeline(stream, sink);
    const told = await read();
    assert.deepEqual(told('spillway.records_received'), [{ feed: 'trades', value: 2 }]);
    assert.ok(told('spillway.records').some(({ result, value }) => result === 'stored' && value === 2));
    assert.deepEqual(told('spillway.closes'), [{ feed: 'trades', code: '1000', value: 1 }]);
    const [write] = told('spillway.sink_write_duration');
    const pages = spans().filter(({ name }) => name === 'spillway page');
    const [run, ...more] = spans().filter(({ name }) => name === 'spillway run');
    assert.deepEqual([more, run!.attributes['spillway.records'], run!.links], [[], 2, []]);
    for (const { links } of pages) assert.deepEqual(links[0]!.context, run!.spanContext());
    assert.equal((write!.value as Histogram).count, pages.length);
    assert.equal(
      pages.reduce((sum, { attributes }) => sum + Number(attributes['spillway.records']), 0),
      2,
    );
    for (const { attributes, status } of pages) {
      assert.deepEqual([attributes['spillway.feed'], attributes['spillway.sink'], status.code], ['trades', 'jsonl', 0]);
    }
    assert.deepEqual(told('messaging.client.sent.messages'), []);
  });

  it('has what a Kafka sink sends by the conventions for messaging, and says of a page that failed why', async (t) => {
    const { meter, tracer, spans, read } = sdk(t);
    const clock = createFakeClock();
    const telemetry = openTelemetryOf(meter, tracer, clock);
    t.after(() => telemetry.close());
    const one = fakeFeed(clock, { sinkType: 'kafka', eventTime: { path: 't' } });
    telemetry.watch('trades', one.watched);
    const page = pageOf([{ t: 1 }, { t: 1_000 }], { receivedAt: 3_000 });
    one.make(page);
    one.give(page);
    await clock.advance(200);
    one.store(page);
    one.give();
    one.fail(new Error('no broker'));
    const told = await read();
    const send = { 'messaging.system': 'kafka', 'messaging.operation.name': 'send' };
    assert.deepEqual(told('messaging.client.sent.messages'), [{ ...send, value: 2 }]);
    const [duration] = told('messaging.client.operation.duration');
    assert.deepEqual([(duration!.value as Histogram).count, (duration!.value as Histogram).sum], [1, 0.2]);
    assert.equal((told('spillway.event_lag')[0]!.value as Histogram).sum, 2);
    const [stored, failed] = spans();
    assert.deepEqual([stored!.status.code, failed!.status.code, failed!.status.message], [0, 2, 'no broker']);
    assert.equal(failed!.events[0]!.name, 'exception');
    assert.deepEqual(
      [stored!.duration, failed!.duration],
      [
        [0, 200_000_000],
        [0, 0],
      ],
    );
  });

  it('has spans of 20 pages a second at most, which say how many had none, and of all that failed', async (t) => {
    const { meter, tracer, spans } = sdk(t);
    const clock = createFakeClock();
    const telemetry = openTelemetryOf(meter, tracer, clock);
    t.after(() => telemetry.close());
    const [one, other] = [fakeFeed(clock), fakeFeed(clock)];
    telemetry.watch('one', one.watched);
    telemetry.watch('other', other.watched);
    const store = (from: typeof one, count: number): void => {
      for (let n = 0; n < count; n += 1) {
        from.give();
        from.store();
      }
    };
    store(one, 150);
    store(other, 7);
    assert.equal(spans().length, 20);
    await clock.advance(100);
    store(one, 2);
    await clock.advance(50);
    store(other, 2);
    other.give();
    other.fail(new Error('no disk'));
    const later = spans().slice(20);
    assert.deepEqual(
      later.map(({ attributes }) => [attributes['spillway.feed'], attributes['spillway.pages_left_out']]),
      [
        ['one', 130],
        ['one', 0],
        ['other', 7],
        ['other', 1],
      ],
    );
    assert.equal(later.at(-1)!.status.message, 'no disk');
  });

  it('has names of its own, each once, and a unit beside it', () => {
    const names = METRIC_LIST.map(([name]) => otelName(name));
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^spillway\.[a-z]+(_[a-z]+)*$/);
    assert.equal(otelName('spillway_gap_seconds_total'), 'spillway.gap');
    assert.equal(otelName('spillway_bytes_total'), 'spillway.bytes');
    assert.equal(otelName('spillway_spool_bytes'), 'spillway.spool');
  });
});

/** The SDK, with exporters that keep what they are given. */
function sdk(t: TestContext) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const spanExporter = new InMemorySpanExporter();
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spanExporter)] });
  t.after(() => Promise.all([provider.shutdown(), tracers.shutdown()]));
  return {
    meter: provider.getMeter('spillway'),
    tracer: tracers.getTracer('spillway'),
    spans: () => spanExporter.getFinishedSpans(),
    /** What each metric says now, with its attributes. */
    read: async () => {
      exporter.reset();
      await provider.forceFlush();
      const all = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
      return (name: string) =>
        all
          .filter(({ descriptor }) => descriptor.name === name)
          .flatMap(({ dataPoints }) => dataPoints as DataPoint<number | Histogram>[])
          .map(({ attributes, value }) => ({ ...attributes, value }) as Told);
    },
  };
}

interface Told {
  readonly [attribute: string]: unknown;
  readonly value: number | Histogram;
}
