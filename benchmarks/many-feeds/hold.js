/**
 * One contender of the benchmark of many feeds, in a process of its own: `node hold.js NAME URL FEEDS SECONDS`; `node hold.js`
 * names them. When all feeds are connected, and a second has passed, it measures for so many seconds. Prints, as JSON, the CPU
 * seconds and the records of that time, how late its event loop was, and the resident memory after it, of which how much is over
 * that of before the feeds.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { batch, createSource, parse, WebSocketReadable } from '../../dist/index.js';

/** How often the event loop is looked at; so much is no delay. */
const EVERY_MS = 1;
let records = 0;
let connected = 0;

const CONTENDERS = {
  'bare loop: ws + JSON.parse': (url) => {
    const ws = new WebSocket(url, { perMessageDeflate: false });
    ws.on('open', () => (connected += 1));
    ws.on('message', (data) => {
      JSON.parse(data.toString());
      records += 1;
    });
  },
  'spillway, fused to pages': (url) => drain(createSource({ url, unbounded: true, handshake_timeout: 60 }).pages()),
  'spillway, fused to pages, linger 1 s': (url) =>
    drain(createSource({ url, unbounded: true, handshake_timeout: 60, linger: '1s' }).pages()),
  'spillway, by hand to pages': (url) => {
    const frames = new WebSocketReadable(url, { handshakeTimeoutMs: 60_000 });
    frames.on('connected', () => (connected += 1));
    frames
      .pipe(parse())
      .pipe(batch())
      .on('data', (page) => (records += page.length));
  },
};

function drain(pages) {
  pages.on('connected', () => (connected += 1));
  pages.on('data', (page) => (records += page.length));
}

const [name, url, feeds, seconds] = process.argv.slice(2);
if (name === undefined) console.log(JSON.stringify(Object.keys(CONTENDERS)));
else {
  const rssBefore = process.memoryUsage.rss();
  for (let n = 0; n < Number(feeds); n++) {
    CONTENDERS[name](url);
    // A server takes so many connections at a time.
    if (n % 50 === 49) while (connected <= n) await sleep(1);
  }
  while (connected < Number(feeds)) await sleep(1);
  await sleep(1_000);
  const delay = monitorEventLoopDelay({ resolution: EVERY_MS });
  delay.enable();
  const [cpu, from] = [process.cpuUsage(), records];
  await sleep(Number(seconds) * 1_000);
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  const rss = process.memoryUsage.rss();
  console.log(
    JSON.stringify({
      cpuSeconds: (user + system) / 1e6,
      records: records - from,
      delayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - EVERY_MS),
      rssMiB: rss / 2 ** 20,
      kibPerFeed: (rss - rssBefore) / 1024 / Number(feeds),
    }),
  );
  process.exit();
}
