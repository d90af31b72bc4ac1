import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { FeedMeters } from '../../../lib/observe/feed-meters.js';
import { EventStreams } from '../../../lib/observe/http/event-streams.js';
import { wholeReport } from '../../../lib/observe/http/whole-report.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { fakeFeed } from '../fake-feed.js';

describe('the stream of events', () => {
  it('begins with what /stats.json says, and then has what has changed, a key at a time', async (t) => {
    const { clock, meters, feed, add } = streaming(t);
    feed.gap('sequence', { afterSequence: 7 });
    const { told } = add();
    const [snapshot] = told();
    assert.equal(snapshot!.event, 'snapshot');
    const { process: _, ...whole } = JSON.parse(JSON.stringify(wholeReport({ meters, version: '1.0.0' }))) as Told;
    const { process: __, ...said } = snapshot!.data;
    assert.deepEqual(said, whole);

    await clock.advance(200);
    assert.equal(told().length, 1);
    feed.set({ frames: 5, records: 4 });
    await clock.advance(50);
    assert.deepEqual(feedsOf(told()[1]), { trades: { frames: 5, records: 4 } });
    feed.gap('overflow', { dropped: 3 });
    await clock.advance(250);
    const { trades } = feedsOf(told()[2]);
    assert.deepEqual(trades!['gaps_by_cause'], { sequence: 1, overflow: 1 });
    assert.deepEqual(
      (trades!['gaps_new'] as { dropped: number }[]).map(({ dropped }) => dropped),
      [3],
    );
  });

  it('brings whoever puts the changes together to what /stats.json says', async (t) => {
    const { clock, meters, feed, add } = streaming(t);
    const { told } = add();
    feed.open();
    await clock.advance(250);
    feed.lose();
    feed.set({ frames: 9, gapCause: 'disconnected', gaps: 1, gapMs: 100 });
    await clock.advance(250);
    feed.set({ gapCause: undefined, gapMs: 200 });
    feed.gap('disconnected', { durationMs: 200 });
    const other = fakeFeed(clock);
    meters.watch('books', other.watched);
    await clock.advance(250);
    const [first, ...deltas] = told();
    const feeds: Record<string, Record<string, unknown>> = structuredClone(feedsOf(first));
    for (const delta of deltas) {
      for (const [name, { gaps_new: gaps = [], ...keys }] of Object.entries(feedsOf(delta))) {
        const before = feeds[name] ?? { gaps_told: [] };
        feeds[name] = { ...before, ...keys, gaps_told: [...(before['gaps_told'] as object[]), ...(gaps as object[])] };
      }
    }
    assert.deepEqual(feeds, JSON.parse(JSON.stringify((wholeReport({ meters, version: '1.0.0' }) as Told).feeds)));
  });

  it('says when a feed is gone, and when all is over', async (t) => {
    const { clock, forget, streams, add } = streaming(t);
    const { told, response } = add();
    forget();
    await clock.advance(250);
    assert.deepEqual(feedsOf(told()[1]), { trades: null });
    streams.close();
    assert.equal(told().at(-1)!.event, 'end');
    assert.ok(response.isEnded);
  });

  it('tells who is behind nothing, then a snapshot, and leaves who stays so', async (t) => {
    const { clock, feed, add } = streaming(t);
    const [slow, stuck] = [add(), add()];
    const change = async (frames: number): Promise<void> => {
      feed.set({ frames });
      await clock.advance(250);
    };
    for (const { response } of [slow, stuck]) response.writableLength = 300_000;
    for (let frames = 1; frames < 40; frames += 1) await change(frames);
    assert.deepEqual([slow.told().length, stuck.told().length], [1, 1]);
    slow.response.writableLength = 0;
    await change(40);
    assert.equal(slow.told().length, 2);
    assert.equal(slow.told()[1]!.event, 'snapshot');
    assert.equal(feedsOf(slow.told()[1])['trades']!['frames'], 40);
    await change(41);
    assert.deepEqual(feedsOf(slow.told()[2]), { trades: { frames: 41 } });
    await clock.advance(31_000);
    assert.deepEqual([slow.response.isDestroyed, stuck.response.isDestroyed], [false, true]);
  });

  it('has no timer while nobody listens', async (t) => {
    const { clock, add } = streaming(t);
    const before = clock.pending;
    const { response } = add();
    assert.equal(clock.pending, before + 1);
    response.leave();
    assert.equal(clock.pending, before);
    await clock.advance(1_000);
  });
});

function streaming(t: TestContext) {
  const clock = createFakeClock();
  const meters = new FeedMeters(clock);
  const feed = fakeFeed(clock);
  const forget = meters.watch('trades', feed.watched);
  const streams = new EventStreams({ meters, clean: String, version: '1.0.0' });
  t.after(() => {
    streams.close();
    meters.close();
  });
  const add = () => {
    const response = new FakeResponse();
    streams.add(response as unknown as ServerResponse);
    return { response, told: () => eventsIn(response.text) };
  };
  return { clock, meters, feed, forget, streams, add };
}

/** As much of a response as is used. */
class FakeResponse {
  text = '';
  writableLength = 0;
  isEnded = false;
  isDestroyed = false;
  #onClose = (): void => {};

  writeHead(): void {}

  write(text: string): void {
    this.text += text;
  }

  once(_event: 'close', listener: () => void): void {
    this.#onClose = listener;
  }

  end(text: string): void {
    this.write(text);
    this.isEnded = true;
  }

  destroy(): void {
    this.isDestroyed = true;
    this.leave();
  }

  leave(): void {
    this.#onClose();
  }
}

interface Told {
  readonly process?: unknown;
  readonly feeds: Readonly<Record<string, Record<string, unknown>>>;
}

interface Event {
  readonly event: string;
  readonly data: Told;
}

/** Those of a text, but for those that say how the process is, and nothing else. */
function eventsIn(text: string): Event[] {
  return [...text.matchAll(/^event: (\w+)\ndata: (.*)\n\n/gm)]
    .map(([, event, data]) => ({ event: event!, data: JSON.parse(data!) as Told }))
    .filter(({ event, data }) => event !== 'delta' || Object.keys(data.feeds).length > 0);
}

function feedsOf(event: Event | undefined): Told['feeds'] {
  return event!.data.feeds;
}
