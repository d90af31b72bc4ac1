import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, it } from 'node:test';
import { checkOtel } from '../../../lib/cli/doctor/otel.js';
import { resolveOtel } from '../../../lib/feed/otel-config.js';
import { collector } from '../../support/collector.js';

describe('what doctor says of OpenTelemetry', () => {
  for (const protocol of ['grpc', 'http'] as const) {
    it(`is that a collector takes what it is told by ${protocol}, and nothing is told it`, async (t) => {
      const told = await collector(t, protocol);
      const headers = { 'x-key': 'of-mine' };
      const verdict = await checkOtel(otelOf({ endpoint: told.endpoint, protocol, headers }));
      const name = protocol === 'grpc' ? 'gRPC' : 'HTTP';
      assert.deepEqual(
        [verdict.status, verdict.detail],
        ['ok', `${told.endpoint}/ takes traces and metrics over ${name}`],
      );
      assert.deepEqual([told.metrics, told.spans], [[], []]);
      assert.deepEqual(
        told.headers.map((one) => one['x-key']),
        ['of-mine', 'of-mine'],
      );
    });
  }

  it('is that nobody is there, and that a run goes on', async () => {
    const gone = createTcpServer();
    await once(gone.listen(0, '127.0.0.1'), 'listening');
    const endpoint = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`;
    await new Promise((resolve) => gone.close(resolve));
    const { status, detail, advice } = await checkOtel(otelOf({ endpoint }));
    assert.equal(status, 'warning');
    assert.match(detail, /cannot be reached, or refuses traces and metrics over gRPC \(.*ECONNREFUSED/);
    assert.match(advice!, /A run goes on without it\. Check .*4317/);
  });

  it('is what a collector refuses, without the credential', async (t) => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(403).end());
    });
    t.after(() => server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const endpoint = `http://me:planted@127.0.0.1:${(server.address() as AddressInfo).port}/?key=planted`;
    const headers = { authorization: 'Bearer planted' };
    const { status, detail } = await checkOtel(otelOf({ endpoint, protocol: 'http', headers, export: ['metrics'] }));
    assert.equal(status, 'warning');
    assert.match(detail, /refuses metrics over HTTP \(it answered 403 Forbidden\)/);
    assert.doesNotMatch(detail, /planted/);
  });
});

function otelOf(otel: object): NonNullable<ReturnType<typeof resolveOtel>> {
  return resolveOtel({ otel })!;
}
