import { LANES, laneOf, meaningOf } from './causes.js';
import { element, setAttribute, setText } from './dom.js';
import { clock, count, duration } from './format.js';
import { gapsOf } from './gaps.js';

/** @typedef {import('./types.js').Gap} Gap */

/**
 * The time line of gaps: each hole where it was, in the lane of its kind. Hovering or focusing one says what it was; it is one stop
 * of the Tab key, and the arrows go from gap to gap.
 */
export class GapLine {
  node;
  #lanes = LANES.map(() => element('div', { class: 'lane' }));
  #said = element('p', { class: 'said' });
  #from = element('span');
  #note = element('span', { class: 'note' });
  #range = element('select', { id: 'gap-range' });
  /** @type {Map<string, { gap: Gap, button: HTMLButtonElement }>} */
  #buttons = new Map();
  /** @type {string | undefined} */
  #chosen;

  constructor() {
    for (const [name, ms] of RANGES) this.#range.append(element('option', { value: String(ms) }, name));
    this.#range.addEventListener('input', () => this.#draw());
    const rows = this.#lanes.map((lane, index) =>
      element(
        'div',
        { class: 'lane-row' },
        element('span', { class: 'lane-name', 'aria-hidden': 'true' }, LANES[index] ?? ''),
        lane,
      ),
    );
    const about = { role: 'toolbar', 'aria-label': 'Gaps, the oldest first', 'aria-orientation': 'horizontal' };
    const line = element('div', { class: 'gap-line', ...about }, ...rows);
    line.addEventListener('keydown', (event) => this.#onKey(event));
    const axis = element('div', { class: 'axis' }, this.#from, element('span', {}, 'now'));
    const choice = element(
      'p',
      { class: 'choice' },
      element('label', { for: 'gap-range' }, 'Time line of the last '),
      this.#range,
      this.#note,
    );
    this.node = element('div', {}, choice, line, axis, this.#said);
  }

  /** @param {import('./types.js').Feed} feed @param {number} at */
  show(feed, at) {
    this.#gaps = gapsOf(feed, at);
    this.#at = at;
    this.#started = feed.facts.started_at;
    this.#draw();
  }

  /** @type {Gap[]} */
  #gaps = [];
  #at = 0;
  #started = 0;

  #draw() {
    const at = this.#at;
    const oldest = Math.min(this.#started, ...this.#gaps.map(({ from }) => from));
    const span = Number(this.#range.value) || Math.max(60_000, at - oldest);
    const shown = this.#gaps.filter(({ to }) => to > at - span);
    const [older, all] = [this.#gaps.length - shown.length, shown.length];
    setText(
      this.#note,
      ` ${all === 0 ? 'no gap' : all === 1 ? '1 gap' : `${all} gaps`}${older === 0 ? '' : `, ${older} before that`}`,
    );
    setText(this.#from, clock(at - span));
    const keys = shown.map(keyOf);
    const gone = new Set(this.#buttons.keys());
    for (const [index, gap] of shown.entries()) {
      const key = /** @type {string} */ (keys[index]);
      gone.delete(key);
      this.#place(key, gap, at - span, span);
    }
    for (const key of gone) this.#forget(key);
    if (this.#chosen === undefined || !this.#buttons.has(this.#chosen)) this.#choose(keys.at(-1), false);
    const chosen = this.#chosen === undefined ? undefined : this.#buttons.get(this.#chosen);
    setText(this.#said, chosen === undefined ? 'Nothing is missing in this time.' : sentenceOf(chosen.gap));
  }

  /** @param {string} key @param {Gap} gap @param {number} since @param {number} span */
  #place(key, gap, since, span) {
    let known = this.#buttons.get(key);
    if (known === undefined) {
      const button = element('button', { type: 'button', class: 'gap', tabindex: '-1' });
      button.addEventListener('pointerenter', () => this.#choose(key, false));
      button.addEventListener('focus', () => this.#choose(key, false));
      button.addEventListener('click', () => this.#choose(key, false));
      known = { gap, button };
      this.#buttons.set(key, known);
      this.#lanes[laneOf(gap.cause)]?.append(button);
    }
    known.gap = gap;
    const { button } = known;
    const left = Math.max(0, (gap.from - since) / span);
    const right = Math.min(1, (gap.to - since) / span);
    button.style.left = `${(left * 100).toFixed(2)}%`;
    button.style.width = `${((right - left) * 100).toFixed(2)}%`;
    button.classList.toggle('open', gap.isOpen === true);
    setAttribute(button, 'aria-label', sentenceOf(gap));
  }

  /** @param {string} key */
  #forget(key) {
    const known = this.#buttons.get(key);
    const hadFocus = known?.button === document.activeElement;
    known?.button.remove();
    this.#buttons.delete(key);
    // Who stands on a gap goes on at the next one.
    if (hadFocus) this.#choose([...this.#buttons.keys()].at(-1), true);
  }

  /** @param {string | undefined} key @param {boolean} isFocused */
  #choose(key, isFocused) {
    const before = this.#chosen === undefined ? undefined : this.#buttons.get(this.#chosen)?.button;
    if (before !== undefined) {
      before.tabIndex = -1;
      before.classList.remove('chosen');
    }
    this.#chosen = key;
    const known = key === undefined ? undefined : this.#buttons.get(key);
    if (known === undefined) return;
    known.button.tabIndex = 0;
    known.button.classList.add('chosen');
    setText(this.#said, sentenceOf(known.gap));
    if (isFocused) known.button.focus();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const ordered = [...this.#buttons].sort(([, one], [, other]) => one.gap.from - other.gap.from).map(([key]) => key);
    const index = ordered.indexOf(this.#chosen ?? '');
    /** @type {Record<string, number>} */
    const places = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: ordered.length - 1 };
    const place = places[event.key];
    if (place === undefined || ordered.length === 0) return;
    event.preventDefault();
    this.#choose(ordered[Math.min(Math.max(place, 0), ordered.length - 1)], true);
  }
}

/** One that is open stays the same when it is over. @param {Gap} gap */
function keyOf({ cause, from, connection, after_sequence, isOpen, key = '' }) {
  return isOpen === true ? 'open' : [cause, from, connection, after_sequence, key].join(' ');
}

/** Cause, length, place and neighbours. @param {Gap} gap */
export function sentenceOf(gap) {
  const { cause, code, from, to, duration_ms: ms, dropped, missing, key, connection } = gap;
  const end = gap.isOpen === true ? 'goes on' : `to ${clock(to)}`;
  const facts = [
    `${cause}: ${meaningOf(cause)}`,
    `${duration(ms)}, from ${clock(from)} ${end}`,
    neighboursOf(gap),
    ...(code === null ? [] : [`close code ${code}`]),
    ...(dropped > 0 ? [`${count(dropped)} frames dropped`] : []),
    ...(missing === undefined ? [] : [`${missing} numbers missing`]),
    ...(key === undefined ? [] : [`key ${key}`]),
    `connection ${connection}`,
  ];
  return facts.filter((fact) => fact !== '').join(' · ');
}

/** @param {Gap} gap */
function neighboursOf({ cause, after_sequence: after, before_sequence: before, isOpen }) {
  const what = cause === 'sequence' ? 'number' : 'frame';
  if (isOpen === true) return '';
  if (after === null && before === null) return 'no frame beside it is known';
  if (after === null) return `before ${what} ${before}`;
  return before === null ? `after ${what} ${after}` : `between ${what} ${after} and ${what} ${before}`;
}

/** @type {readonly (readonly [string, number])[]} */
const RANGES = [
  ['15 minutes', 15 * 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
  ['gaps that are known', 0],
];
