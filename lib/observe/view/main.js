import { Announcer } from './announce.js';
import { Details } from './details.js';
import { byId, setText } from './dom.js';
import { Feeds } from './feeds.js';
import { bytes, clock, count } from './format.js';
import { paced } from './pace.js';
import { stateOf } from './states.js';
import { Stream } from './stream.js';
import { FeedTable } from './table.js';
import { authorization, keepToken, takeToken } from './token.js';

takeToken(location, history);
const feeds = new Feeds();
const details = new Details();
const table = new FeedTable(/** @type {HTMLTableElement} */ (byId('feeds')), details.node, open);
const announcer = new Announcer(byId('announcement'));
const wanted = /** @type {HTMLInputElement} */ (byId('wanted'));
/** @type {string | undefined} */
let chosen = new URLSearchParams(location.hash.slice(1)).get('feed') ?? undefined;
let isLive = false;
/** Where the clock of the server is before that of the page, and when it said so. */
let heard = { at: 0, here: 0 };
/** @type {Stream} */
let stream;

const render = paced(draw, 250, {
  now: () => performance.now(),
  after: (ms, then) => void setTimeout(() => requestAnimationFrame(then), ms),
});

wanted.addEventListener('input', render);
byId('locked').addEventListener('submit', (event) => {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (byId('token'));
  keepToken(field.value);
  field.value = '';
  listen();
});

function listen() {
  let isFirst = true;
  byId('locked').hidden = true;
  stream?.stop();
  stream = new Stream('/events', {
    onState(state) {
      isLive = state === 'live';
      if (isLive) isFirst = true;
      byId('locked').hidden = state !== 'locked';
      byId('live').dataset['state'] = state;
      setText(byId('live'), STATES[state]);
      render();
    },
    onEvent(event, data) {
      if (event === 'end') setText(byId('live'), 'The run is over. Waits for the next one.');
      if (event !== 'snapshot' && event !== 'delta') return;
      heard = { at: data.at, here: performance.now() };
      feeds[event](data);
      if (event === 'snapshot' && isFirst) {
        isFirst = false;
        void readHistory();
        openFirst();
      }
      render();
    },
  });
}

/** How counters stood before this page was here. */
async function readHistory() {
  try {
    const response = await fetch('/stats.json?history', { headers: authorization(), cache: 'no-store' });
    if (response.ok) feeds.history(await response.json());
  } catch {
    // The charts begin now, then.
  }
  render();
}

/** The feed that the address names, or the only one. */
function openFirst() {
  const [only] = feeds.byName.size === 1 ? feeds.byName.keys() : [];
  const name = chosen !== undefined && feeds.byName.has(chosen) ? chosen : only;
  if (name === undefined) return;
  chosen = name;
  draw();
  table.open(name);
}

/** @param {string | undefined} name */
function open(name) {
  chosen = name;
  const fragment = name === undefined ? '' : `#${new URLSearchParams({ feed: name })}`;
  history.replaceState(null, '', location.pathname + location.search + fragment);
  if (name === undefined) details.hide();
  render();
}

function draw() {
  const now = performance.now();
  // While nothing is told, it is not known how a feed is: what was told last stands still.
  const at = heard.at === 0 || !isLive ? heard.at : Math.round(heard.at + now - heard.here);
  const text = wanted.value.toLowerCase();
  byId('page').classList.toggle('old', !isLive);
  table.render(feeds.byName, at, (name) => name === chosen || name.toLowerCase().includes(text));
  const feed = chosen === undefined ? undefined : feeds.byName.get(chosen);
  if (feed !== undefined) details.show(feed, at, feeds.hasTap);
  announcer.look(feeds.byName, now);
  setText(byId('sum'), sumOf());
  setText(byId('process'), processOf(at));
}

function sumOf() {
  const words = new Map();
  for (const { facts } of feeds.byName.values()) {
    const { word } = stateOf(facts);
    words.set(word, (words.get(word) ?? 0) + 1);
  }
  const { size } = feeds.byName;
  const parts = [...words].map(([word, number]) => `${count(number)} ${word}`);
  document.title = size === 1 ? `${parts[0]?.slice(2)} · spillway` : `${parts.join(', ') || 'no feed'} · spillway`;
  return `${size === 1 ? '1 feed' : `${count(size)} feeds`}: ${parts.join(', ') || 'none'}`;
}

/** @param {number} at */
function processOf(at) {
  const { process, version } = feeds;
  if (process === undefined) return '';
  return `spillway ${version} · ${bytes(process.rss_bytes)} memory · event loop ${process.event_loop_lag_ms} ms late at most · ${clock(at)}`;
}

const STATES = {
  connecting: 'Connecting …',
  live: 'Live',
  waiting: 'No connection. Tries again.',
  locked: 'Locked',
  refused: 'Not answered: see who is answered in docs/metrics.md.',
};

// Ages grow while nothing is told.
setInterval(render, 1_000);
listen();
