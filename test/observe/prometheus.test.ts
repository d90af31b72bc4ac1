import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext, test } from 'node:test';
import { Counter, Registry } from 'prom-client';
import { createSource, jsonlFile } from '../../lib/index.js';
import { FeedMeters } from '../../lib/observe/feed-meters.js';
import { prometheus } from '../../lib/observe/index.js';
import { register } from '../../lib/observe/register.js';
import { METRIC_LIST } from '../../lib/telemetry/metrics.js';
import { createFakeClock, pageOf } from '../../lib/testing/index.js';
import { seriesIn } from '../support/ask.js';
import { feed } from '../support/feed.js';
import { tempFolder } from '../support/temp-folder.js';
import { fakeFeed } from './fake-feed.js';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

describe('what Prometheus is told', () => {
  it('has every metric of the catalogue, with its kind, its help and no label that it does not name', async (t) => {
    const { text } = await everything(t);
    for (const [name, { kind, help, labels }] of METRIC_LIST) {
      assert.ok(text.includes(`# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`), name);
      const series = text.split('\n').filter((line) => new RegExp(`^${name}(_bucket|_sum|_count)?[{ ]`).test(line));
      assert.ok(series.length > 0, `${name} has no series`);
      for (const line of series) {
        const named = [...line.matchAll(/[{,](\w+)="/g)].map(([, label]) => label!).filter((label) => label !== 'le');
        assert.deepEqual(named.toSorted(), [...labels].toSorted(), line);
      }
    }
  });

  const skip = hasPromtool ? false : 'promtool is not installed: it comes with Prometheus';
  it('passes the check of Prometheus itself', { skip }, async (t) => {
    const { text } = await everything(t);
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
    assert.equal(stdout + stderr, '');
  });

  it('is less than a megabyte of 200 feeds', async (t) => {
    const clock = createFakeClock();
    const meters = new FeedMeters(clock);
    t.after(() => meters.close());
    for (let n = 0; n < 200; n += 1) {
      const { watched, open, lose } = fakeFeed(clock, { spool: undefined });
      meters.watch(`feed-${n}`, watched);
      open();
      lose();
      open();
    }
    const text = await textOf(meters);
    assert.equal(seriesIn(text, 'spillway_connected', 'feed="feed-199"'), 1);
    assert.ok(text.length < 1e6, `${text.length} bytes`);
  });

  it("is what a run does, in a registry of the user's own", async (t) => {
    const { url } = await feed(t, async (client) => {
      await client.sendMany(['{"n":1}', '{"n":2}']);
      await client.close(1000);
    });
    const registry = new Registry();
    const own = new Counter({ name: 'own_total', help: 'My own.', registers: [registry] });
    own.inc(3);
    const metrics = await prometheus(registry);
    t.after(() => metrics.close());
    await assert.rejects(prometheus(registry), { code: 'ERR_CONFIG' });
    const source = createSource({ url, idle_timeout: 60 });
    const stream = source.pages();
    const sink = jsonlFile(join(await tempFolder(t), 'out.jsonl'));
    metrics.watch('trades', { source, stream, sink, sinkType: 'jsonl' });
    await pipeline(stream, sink);
    const text = await registry.metrics();
    assert.equal(seriesIn(text, 'own_total'), 3);
    assert.equal(seriesIn(text, 'spillway_records_received_total', 'feed="trades"'), 2);
    assert.equal(seriesIn(text, 'spillway_records_total', 'feed="trades",sink="jsonl",result="stored"'), 2);
    assert.equal(seriesIn(text, 'spillway_closes_total', 'feed="trades",code="1000"'), 1);
    assert.equal(
      seriesIn(text, 'spillway_sink_write_duration_seconds_bucket', 'le="+Inf",feed="trades",sink="jsonl"'),
      1,
    );
    assert.equal(text.includes('spillway_resumes_total{'), false);
    metrics.close();
    assert.deepEqual(
      registry.getMetricsAsArray().map(({ name }) => name),
      ['own_total'],
    );
  });
});

test('a feed that goes on where it was says how often the server has', async (t) => {
  const { url } = await feed(t, async (client) => {
    const after = Number(new URL(client.request.url, 'ws://server').searchParams.get('after') ?? -1);
    await client.sendMany([`{"n":${after + 1}}`, `{"n":${after + 2}}`]);
    await (after < 0 ? client.drop() : client.close(1000));
  });
  const metrics = await prometheus();
  t.after(() => metrics.close());
  const resume = { values: { n: { path: 'n' } }, into: { query: { after: '{n}' } } };
  const source = createSource({ url, resume, reconnect: true, reconnectBackoff: 1, maxMessages: 4 });
  const stream = source.pages();
  const sink = jsonlFile(join(await tempFolder(t), 'out.jsonl'));
  const before = Date.now() / 1_000;
  metrics.watch('trades', { source, stream, sink, sinkType: 'jsonl' });
  await pipeline(stream, sink);
  const text = await metrics.registry.metrics();
  assert.equal(seriesIn(text, 'spillway_resumes_total', 'feed="trades",result="replayed"'), 1);
  assert.equal(seriesIn(text, 'spillway_resumes_total', 'feed="trades",result="missed"'), 0);
  assert.ok(seriesIn(text, 'spillway_cursor_committed_timestamp_seconds', 'feed="trades"')! >= before - 1);
});

/** A feed that has all there can be. */
async function everything(t: TestContext): Promise<{ readonly text: string }> {
  const clock = createFakeClock();
  const meters = new FeedMeters(clock);
  t.after(() => meters.close());
  const one = fakeFeed(clock, {
    eventTime: { path: 't' },
    policies: { overflow: 'drop_oldest', onFull: 'drop_newest' },
    reports: {
      rolled: () => ({ rolled: 1, newest: 'a', open: [], gone: 4 }),
    },
  });
  Object.assign(one.stored, { retries: 1, diverted: 2, skipped: 3 });
  meters.watch('a "feed" with a \\ and\na line', one.watched);
  one.open();
  one.lose();
  one.gap('disconnected', { durationMs: 1 });
  one.set({
    deadLetters: 1,
    rttMs: 20,
    sequence: { missing: 1, repeated: 0, backwards: 0, restarts: 0, unnumbered: 0, keys: 1 },
  });
  const page = pageOf([{ t: 1 }]);
  page.cursor = { endpoint: 'ws://a/', values: { t: '1' } };
  one.make(page);
  one.give(page);
  one.store(page);
  return { text: await textOf(meters) };
}

async function textOf(meters: FeedMeters): Promise<string> {
  const registry = new Registry();
  register(registry, meters);
  return await registry.metrics();
}
