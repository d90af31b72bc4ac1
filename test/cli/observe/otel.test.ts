import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { notLoaded } from '../../../lib/observe/otlp-packages.js';
import { METRIC_LIST } from '../../../lib/telemetry/metrics.js';
import { type Collector, collector } from '../../support/collector.js';
import { feed } from '../../support/feed.js';
import { until } from '../../support/until.js';
import { jsonLines, spillway, temporaryFolder } from '../cli.js';

const SECRET = 'planted-otel-credential';

describe('spillway run with `otel`', { concurrency: 2 }, () => {
  for (const protocol of ['grpc', 'http'] as const) {
    it(`tells a collector by ${protocol} what the run is, page by page, and what it was at its end`, async (t) => {
      const told = await collector(t, protocol);
      const { file, output } = await pipeline(t, ['{"n":1}', '{"n":2}'], {
        ...{ endpoint: told.endpoint, protocol, service_name: 'my-capture', metric_interval_secs: 1 },
        headers: { 'x-key': SECRET },
      });
      const running = spillway(t, ['run', file, '--log', 'json', '--verbose']);
      await until(() => newestOf(told, 'spillway.frames', { feed: 'trades' }) === 2);
      running.child.kill('SIGTERM');
      const { status, stderr } = await running.exit;
      assert.equal(status, 0, stderr);
      assert.equal(readFileSync(output, 'utf8'), '{"n":1}\n{"n":2}\n');
      // The last one is told at the end.
      assert.equal(newestOf(told, 'spillway.records', { result: 'stored' }), 2);
      assert.equal(newestOf(told, 'spillway.connected', { feed: 'trades' }), 0);
      const pages = told.spans.filter(({ name }) => name === 'spillway page');
      const [run, ...more] = told.spans.filter(({ name }) => name === 'spillway run');
      assert.deepEqual([more, run!.labels['spillway.records'], run!.labels['spillway.feed']], [[], '2', 'trades']);
      assert.ok(pages.length > 0);
      for (const { links, traceId } of pages) {
        assert.deepEqual(links, [run!.traceId]);
        assert.notEqual(traceId, run!.traceId);
      }
      assert.deepEqual([...told.services], ['my-capture']);
      for (const headers of told.headers) assert.equal(headers['x-key'], SECRET);
      // What is logged from then on leads to the trace.
      const lines = jsonLines(stderr);
      const traced = lines.slice(lines.findIndex(({ event }) => event === 'connecting'));
      assert.ok(traced.length > 2);
      for (const line of traced) assert.equal(line['trace_id'], run!.traceId, JSON.stringify(line));
      assert.ok(!stderr.includes(SECRET), stderr);
    });
  }

  it('tells what `export` says alone, and every metric under a name of its own', async (t) => {
    const told = await collector(t, 'http');
    const { file } = await pipeline(t, ['{"n":1}'], {
      endpoint: `${told.endpoint}/`,
      protocol: 'http',
      export: ['metrics'],
    });
    const running = spillway(t, ['run', file, '--verbose']);
    await running.err.until(/connected/i);
    running.child.kill('SIGTERM');
    assert.equal((await running.exit).status, 0);
    assert.deepEqual(told.spans, []);
    const names = new Set(told.metrics.map(({ name }) => name));
    assert.ok(names.size > METRIC_LIST.length / 2, [...names].join(' '));
    assert.ok([...names].every((name) => name.startsWith('spillway.')));
  });

  for (const protocol of ['grpc', 'http'] as const) {
    it(`says once by ${protocol} that a collector is away, and goes on`, async (t) => {
      const gone = createServer();
      const endpoint = await listening(t, gone);
      gone.close();
      await checkAway(t, { endpoint, protocol }, /cannot be reached, or refuses it \(.*ECONNREFUSED/);
    });

    it(`does not wait by ${protocol} for a collector that never answers`, async (t) => {
      const silent = createServer((socket) => void socket.on('error', () => {}).resume());
      const endpoint = await listening(t, silent);
      // Whoever waited for it would wait for an hour.
      const { file, output } = await pipeline(t, ['{"n":1}'], { endpoint, protocol, timeout_secs: 3600 });
      const running = spillway(t, ['run', file]);
      await until(() => sizeOf(output) > 0);
      running.child.kill('SIGTERM');
      const { status, stderr } = await running.exit;
      assert.equal(status, 0, stderr);
    });
  }

  it('says what a collector answers that refuses it, and nothing that proves who we are', async (t) => {
    const refusing = createHttpServer((request, response) => {
      request.resume().on('end', () => response.writeHead(401, `No entry for ${SECRET}`).end(`none for ${SECRET}`));
    });
    const endpoint = (await listening(t, refusing)).replace('//', `//me:${SECRET}@`);
    const otel = {
      endpoint: `${endpoint}/a?key=${SECRET}`,
      protocol: 'http',
      headers: { authorization: `Bearer ${SECRET}` },
    };
    await checkAway(t, otel, /refuses it \(it answered 401 No entry for \*\*\*\)/);
  });

  it('is refused where it is wrong, with what it should be', async (t) => {
    const wrong: readonly (readonly [otel: object, says: RegExp])[] = [
      [{ protocol: 'http/protobuf' }, /otel\.protocol: Expected one of `grpc`, `http`/],
      [{ export: [] }, /otel\.export: Expected a list of `traces` and `metrics`/],
      [{ endpoint: SECRET }, /otel\.endpoint: Expected an address such as http:\/\/localhost:4317/],
      [{ endpoint: `http://[${SECRET}` }, /otel\.endpoint: This is no address/],
      [{ headers: { a: 1 } }, /otel\.headers\.a: Expected text/],
      [{ headers: { 'a b': SECRET } }, /otel\.headers\.a: Expected the name of an HTTP header/],
      [{ headers: { a: `${SECRET}\n` } }, /otel\.headers\.a: Expected text that an HTTP header can carry/],
      [{ headers: { 'a-bin': SECRET } }, /otel\.headers\.a-bin: gRPC takes/],
      [{ metric_interval_secs: 0 }, /otel\.metric_interval_secs: Expected/],
      [{ sample_ratio: 2 }, /otel\.sample_ratio: Expected a number from 0 to 1/],
      [{ interval: 2 }, /otel\.interval/],
    ];
    const files = await Promise.all(wrong.map(async ([otel]) => (await pipeline(t, [], otel)).file));
    const { status, stdout } = await spillway(t, ['validate', '--json', ...files]).exit;
    assert.equal(status, 2);
    assert.ok(!stdout.includes(SECRET), stdout);
    const verdicts = jsonLines(stdout) as { problems: { path: string; message: string }[] }[];
    for (const [index, [, says]] of wrong.entries()) {
      const told = verdicts[index]!.problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
      assert.match(told, says);
    }
  });

  it('names the command that installs what it needs', async () => {
    const cause: unknown = await import(['no-such', 'otel-package'].join('-')).catch((error: unknown) => error);
    const { message } = notLoaded(cause as Error, 'grpc');
    assert.match(
      message,
      /observability\.otel: .*not all installed.*`npm install @opentelemetry\/api@1 .*otlp-grpc@0\.223/,
    );
    assert.match(notLoaded(new Error('a fault'), 'http').message, /cannot be loaded: a fault\..*otlp-proto@0\.223/);
  });
});

/** A run whose collector cannot be told says so once, keeps its records, and ends well. */
async function checkAway(t: TestContext, otel: object, says: RegExp): Promise<void> {
  const { file, output } = await pipeline(t, ['{"n":1}'], { ...otel, metric_interval_secs: 1, timeout_secs: 1 });
  const running = spillway(t, ['run', file, '--log', 'json']);
  await running.err.until(/otel_away/);
  await until(() => sizeOf(output) > 0);
  running.child.kill('SIGTERM');
  const { status, stderr } = await running.exit;
  assert.equal(status, 0, stderr);
  const away = jsonLines(stderr).filter(({ event }) => event === 'otel_away');
  assert.equal(away.length, 1, stderr);
  assert.match(String(away[0]!['msg']), says);
  assert.equal(away[0]!['level'], 40);
  assert.ok(!stderr.includes(SECRET), stderr);
}

async function pipeline(
  t: TestContext,
  frames: readonly string[],
  otel: object,
): Promise<{ readonly file: string; readonly output: string }> {
  const { url } = await feed(t, (client) => void client.sendMany(frames));
  const folder = await temporaryFolder(t);
  const output = join(folder, 'out.jsonl');
  const file = join(folder, 'feed.json');
  const source = { type: 'websocket', config: { url, unbounded: true } };
  const sink = { type: 'jsonl', config: { path: output } };
  const whole = { version: 1, name: 'trades', observability: { otel }, pipeline: { source, sink } };
  await writeFile(file, JSON.stringify(whole));
  return { file, output };
}

async function listening(t: TestContext, server: Server): Promise<string> {
  t.after(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The newest value of a metric with these labels. */
function newestOf({ metrics }: Collector, name: string, labels: Readonly<Record<string, string>>): number | undefined {
  const points = metrics.filter((metric) => metric.name === name).flatMap((metric) => metric.points);
  return points.filter((point) => Object.entries(labels).every(([key, value]) => point.labels[key] === value)).at(-1)
    ?.value;
}

function sizeOf(path: string): number {
  try {
    return readFileSync(path).length;
  } catch {
    return 0;
  }
}
