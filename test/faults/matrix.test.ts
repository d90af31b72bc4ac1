import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Gap, SourceConfig, SpillwayError } from '../../lib/index.js';
import { createFakeClock, createFeedServer, type FeedServer } from '../../lib/testing/index.js';
import { ARRANGEMENTS, type Arrangement, gapsOf, run } from '../support/arrangements.js';
import { nothingIsLeft } from '../support/resources.js';
import { signal } from '../support/signal.js';
import { WATCHDOG } from '../support/watchdog.js';
import { AUTHORITY, allFaults, BEFORE, type Fault, read } from './faults.js';

const folder = mkdtempSync(join(tmpdir(), 'spillway-faults-'));
const ca = join(folder, 'ca.pem');
writeFileSync(ca, AUTHORITY.cert);
after(() => rmSync(folder, { recursive: true, force: true }));

for (const arrangement of ARRANGEMENTS) {
  describe(`a feed, ${arrangement}, that meets`, () => {
    for (const fault of allFaults()) {
      it(`${fault.name}: ${outcomeOf(fault)}, and delivers all that came before`, async () => {
        const { error, values, gaps } = await meet(fault, arrangement, false);
        assert.equal(error?.code, fault.error?.code, error?.message);
        const { closeCode, status } = fault.error ?? {};
        if (closeCode !== undefined) assert.equal((error as { closeCode?: number }).closeCode, closeCode);
        if (status !== undefined) assert.equal((error as { status?: number }).status, status);
        assert.deepEqual(values, recordsBefore(fault));
        assert.ok(gaps.length <= 1);
      });

      it(`${fault.name}, with reconnect: ${reconnectOutcomeOf(fault)}`, async () => {
        const { error, values, gaps, requests } = await meet(fault, arrangement, true);
        if (fault.withReconnect === 'gives up') {
          assert.equal(error?.code, fault.error?.code, error?.message);
          assert.deepEqual(values, recordsBefore(fault));
          assert.ok(requests <= 1);
          return;
        }
        const [cause, code] = fault.withReconnect;
        assert.equal(error, undefined);
        assert.deepEqual(values, [...recordsBefore(fault), 'again']);
        assert.equal(requests, 2);
        assert.deepEqual(
          gaps.map((gap) => [gap.cause, gap.code]),
          [[cause, code]],
        );
        const isFirst = recordsBefore(fault).length === 0;
        assert.equal(gaps[0]?.connection, isFirst ? 0 : 1);
        assert.equal(gaps[0]?.afterSequence, isFirst ? undefined : BEFORE - 1);
        assert.equal(gaps[0]?.beforeSequence, isFirst ? 0 : BEFORE);
      });
    }

    it('a name that DNS does not know: ERR_CONNECT, and with reconnect as many attempts as are allowed', async () => {
      // Some resolvers take ten seconds to give up.
      const config = { url: 'ws://feed.invalid', unbounded: true, handshake_timeout: 60 };
      const once = await run(arrangement, config);
      assert.equal((once.error as SpillwayError).code, 'ERR_CONNECT');
      assert.match(String(once.error?.message), /ENOTFOUND|EAI_AGAIN/);
      const often = await run(arrangement, { ...config, ...again, max_reconnect_attempts: 3 });
      assert.equal((often.error as SpillwayError).code, 'ERR_RECONNECT_EXHAUSTED');
      assert.equal(often.stats.reconnects, 3);
      assert.deepEqual(often.values, []);
    });

    it('a server that takes every connection and drops it: no more attempts than are allowed, and one gap', async () => {
      const server = await createFeedServer({ onConnection: (client) => void client.drop() });
      const config = { url: server.url, unbounded: true, ...again, max_reconnect_attempts: 5 };
      const outcome = await run(arrangement, config);
      await server.close();
      assert.equal((outcome.error as SpillwayError).code, 'ERR_RECONNECT_EXHAUSTED');
      assert.equal(server.requests.length, 6);
      assert.equal(gapsOf(outcome).length, 1);
    });

    it('a restart of its server while its sink holds it: all that was received before is delivered, and then the rest', async () => {
      const sent = 5_000;
      const first = await createFeedServer({
        onConnection: async (client) => {
          await client.sendMany(Array.from({ length: sent }, (_, n) => String(n)));
        },
      });
      const held = signal();
      const paused = signal();
      const running = run(
        arrangement,
        {
          url: first.url,
          unbounded: true,
          ...again,
          batch_size: 10,
          max_buffered_bytes: 100,
          linger: '1s',
        },
        {
          onPage: (page, source) => {
            if (page.text(page.ends.length - 1).toString() === '"again"') source.stop();
            return held.given;
          },
          onEvent: (name) => name === 'paused' && paused.give(),
        },
      );
      await paused.given;
      const { port } = first;
      await first.close();
      const second = await createFeedServer({ port, onConnection: (client) => client.send('"again"') });
      held.give();
      const outcome = await running;
      await second.close();
      assert.equal(outcome.error, undefined);
      const numbers = outcome.values.slice(0, -1);
      assert.equal(outcome.values.at(-1), 'again');
      assert.ok(numbers.length > 0);
      // What the server had sent when it died, and this machine had not read, is lost; nothing in between is.
      assert.deepEqual(numbers, Array.from(numbers.keys()));
      assert.equal(outcome.stats.frames, outcome.values.length);
      assert.equal(gapsOf(outcome).length, 1);
    });

    it('any close code that a server may send: it is told as it came, and with reconnect the feed goes on', async () => {
      const server = await createFeedServer({
        onConnection: async (client) => {
          const code = Number(new URL(client.request.url, 'ws://x').searchParams.get('code'));
          if (client.request.url.startsWith('/again') && met.has(client.request.url)) {
            await client.send('"again"');
            return;
          }
          met.add(client.request.url);
          await client.send('"before"');
          await client.close(code);
        },
      });
      const met = new Set<string>();
      let round = 0;
      const codes = fc.oneof(
        fc.constantFrom(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014),
        fc.integer({ min: 3000, max: 4999 }),
      );
      const property = fc.asyncProperty(codes, async (code) => {
        const once = await run(arrangement, { url: `${server.url}/once?code=${code}`, unbounded: true });
        assert.equal((once.error as { closeCode?: number } | undefined)?.closeCode, code === 1000 ? undefined : code);
        assert.deepEqual(once.values, ['before']);
        round += 1;
        const url = `${server.url}/again?code=${code}&round=${round}`;
        // A growing back-off of 1001 and 1012 begins at none.
        const twice = await run(arrangement, { url, ...again, max_messages: 2 });
        assert.deepEqual(twice.values, ['before', 'again']);
        assert.deepEqual(
          gapsOf(twice).map((gap) => [gap.cause, gap.code]),
          [['disconnected', code]],
        );
      });
      await fc.assert(property, { ...WATCHDOG, numRuns: 40 });
      await server.close();
    });
  });
}

/** What a run left behind that met a fault. */
interface Met {
  readonly error: (Error & { readonly code?: string }) | undefined;
  readonly values: readonly unknown[];
  readonly gaps: readonly Gap[];
  readonly requests: number;
}

async function meet(fault: Fault, arrangement: Arrangement, reconnect: boolean): Promise<Met> {
  const clock = createFakeClock();
  const begun = signal();
  const { handshakeDelay, ...rest } = fault.server ?? {};
  const server: FeedServer = await createFeedServer({
    ...rest,
    perMessageDeflate: fault.config?.per_message_deflate === true,
    ...(handshakeDelay === undefined
      ? {}
      : {
          handshakeDelay: (request, attempt) => {
            begun.give();
            return handshakeDelay(request, attempt);
          },
        }),
    onConnection: async (client) => {
      if (fault.act === undefined || client.number > 1) {
        await client.send('"again"');
        return;
      }
      for (let n = 0; n < BEFORE; n++) await client.send(String(n));
      if (fault.waitMs !== undefined) await read(client);
      await fault.act(client);
      begun.give();
    },
  });
  const config: SourceConfig = {
    url: server.url,
    max_messages: recordsBefore(fault).length + 1,
    ...(reconnect ? again : {}),
    ...fault.config,
    ...(fault.server?.tls === undefined ? {} : { tls: { ca } }),
  };
  if (fault.waitMs !== undefined) void begun.given.then(() => clock.advance(fault.waitMs as number));
  const outcome = await run(arrangement, config, {
    clock,
    onEvent: (name) => name === 'reconnecting' && clock.advance(fault.retryMs ?? 0),
  });
  await server.close();
  await nothingIsLeft();
  assert.equal(clock.pending, 0, 'a timer of the run is left');
  return {
    error: outcome.error,
    values: outcome.values,
    gaps: gapsOf(outcome),
    requests: server.requests.length,
  };
}

function recordsBefore(fault: Fault): number[] {
  return fault.act === undefined ? [] : Array.from({ length: BEFORE }, (_, n) => n);
}

function outcomeOf({ error }: Fault): string {
  if (error === undefined) return 'ends well';
  const { code, closeCode, status } = error;
  return `${code}${closeCode === undefined ? '' : ` with code ${closeCode}`}${status === undefined ? '' : ` with status ${status}`}`;
}

function reconnectOutcomeOf({ withReconnect }: Fault): string {
  if (withReconnect === 'gives up') return 'the same, since that would not change';
  return `goes on after one gap (${withReconnect.filter((part) => part !== undefined).join(', ')})`;
}

const again = { reconnect: true, reconnect_backoff: 0 } as const;
