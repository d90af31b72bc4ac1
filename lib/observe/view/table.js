import { COLUMNS } from './columns.js';
import { element, setAttribute, setText } from './dom.js';
import { GapStrip } from './gap-strip.js';
import { gapsOf } from './gaps.js';
import { ordered } from './order.js';
import { ratesOf } from './points.js';
import { Spark } from './spark.js';
import { stateOf } from './states.js';

/** @typedef {import('./types.js').Feed} Feed */
/** @typedef {import('./order.js').Order} Order */

/** A row a feed. What cannot be seen is not drawn, and what has not changed is not touched, so that many feeds are as cheap as few. */
export class FeedTable {
  #body;
  #panel;
  #onOpen;
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** @type {Order} */
  #order = { key: 'state', direction: 'descending' };
  #orderedAt = 0;
  #shown = '';
  #pointedAt = Number.NEGATIVE_INFINITY;
  /** @type {string | undefined} */
  #open;
  #seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const row = this.#rows.get(/** @type {HTMLElement} */ (target).dataset['feed'] ?? '');
        if (row !== undefined) row.isSeen = isIntersecting;
      }
    },
    { rootMargin: '200px' },
  );

  /**
   * @param {HTMLTableElement} table
   * @param {Node} panel what is shown below the row that is open
   * @param {(name: string | undefined) => void} onOpen
   */
  constructor(table, panel, onOpen) {
    this.#panel = element('tr', { class: 'panel' }, element('td', { colspan: String(COLUMNS.length) }, panel));
    this.#onOpen = onOpen;
    this.#body = element('tbody');
    this.#body.addEventListener('pointermove', () => {
      this.#pointedAt = performance.now();
    });
    table.append(this.#head(), this.#body);
  }

  /** Opens the row of a feed, or closes the one that is open. @param {string | undefined} name */
  open(name) {
    for (const one of [this.#open, name]) {
      if (one !== undefined)
        setAttribute(this.#rows.get(one)?.button ?? this.#body, 'aria-expanded', String(one === name));
    }
    this.#open = name;
    const row = name === undefined ? undefined : this.#rows.get(name);
    if (row === undefined) this.#panel.remove();
    else row.node.after(this.#panel);
  }

  /** @param {ReadonlyMap<string, Feed>} feeds @param {number} at @param {(name: string) => boolean} isWanted */
  render(feeds, at, isWanted) {
    for (const name of this.#rows.keys()) if (!feeds.has(name)) this.#forget(name);
    for (const name of feeds.keys()) if (!this.#rows.has(name)) this.#add(name);
    const wanted = [...feeds.values()].filter(({ name }) => isWanted(name));
    this.#sort(wanted, at);
    for (const feed of wanted) {
      const row = this.#rows.get(feed.name);
      if (row?.isSeen === true) row.render(feed, at);
    }
  }

  /** Rows stay where they are while somebody reads or points at them. @param {readonly Feed[]} feeds @param {number} at */
  #sort(feeds, at) {
    const now = performance.now();
    const names = feeds
      .map(({ name }) => name)
      .sort()
      .join('\n');
    const isSame = names === this.#shown;
    const isRead = this.#open !== undefined || this.#body.contains(document.activeElement);
    const isPointedAt = now - this.#pointedAt < 5_000;
    if (isSame && this.#orderedAt > 0 && (isRead || isPointedAt || now - this.#orderedAt < 2_000)) return;
    this.#shown = names;
    this.#orderedAt = now;
    this.#arrange(ordered(feeds, this.#order, at));
  }

  /** @param {readonly string[]} names */
  #arrange(names) {
    const rows = names.flatMap((name) => this.#rows.get(name)?.node ?? []);
    const open = this.#open === undefined ? undefined : this.#rows.get(this.#open)?.node;
    const wanted = rows.flatMap((row) => (row === open ? [row, this.#panel] : [row]));
    const now = [...this.#body.children];
    if (now.length === wanted.length && wanted.every((row, index) => row === now[index])) return;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    this.#body.replaceChildren(...wanted);
    if (focused !== document.activeElement && this.#body.contains(focused)) focused?.focus({ preventScroll: true });
  }

  /** @param {string} name */
  #add(name) {
    const row = new Row(name, () => {
      const next = this.#open === name ? undefined : name;
      this.open(next);
      this.#onOpen(next);
    });
    this.#rows.set(name, row);
    this.#seen.observe(row.node);
  }

  /** @param {string} name */
  #forget(name) {
    const row = this.#rows.get(name);
    if (row === undefined) return;
    this.#seen.unobserve(row.node);
    row.node.remove();
    this.#rows.delete(name);
    if (this.#open !== name) return;
    this.open(undefined);
    this.#onOpen(undefined);
  }

  #head() {
    const heads = COLUMNS.map((column) => {
      const button = element('button', { type: 'button', title: column.title }, column.label);
      const head = element('th', { scope: 'col', class: column.key }, button);
      if (column.key === this.#order.key) head.setAttribute('aria-sort', this.#order.direction);
      button.addEventListener('click', () => {
        const { key, direction } = this.#order;
        const turned = direction === 'ascending' ? 'descending' : 'ascending';
        this.#order = { key: column.key, direction: key === column.key ? turned : column.first };
        for (const other of heads) other.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', this.#order.direction);
        this.#orderedAt = 0;
      });
      return head;
    });
    return element('thead', {}, element('tr', {}, ...heads));
  }
}

class Row {
  node;
  button;
  isSeen = true;
  /** @type {((feed: Feed, at: number) => void)[]} */
  #parts;
  #drawn = -1;
  #drawnAt = 0;
  /** @type {((feed: Feed, at: number) => void)[]} */
  #charts = [];

  /** @param {string} name @param {() => void} onClick */
  constructor(name, onClick) {
    this.button = element('button', { type: 'button', 'aria-expanded': 'false' }, name);
    this.button.addEventListener('click', onClick);
    const cells = COLUMNS.map((column, index) => this.#cell(column, index));
    this.node = element('tr', { 'data-feed': name }, ...cells.map(({ cell }) => cell));
    this.#parts = cells.flatMap(({ render }) => render ?? []);
  }

  /** @param {Feed} feed @param {number} at */
  render(feed, at) {
    for (const part of this.#parts) part(feed, at);
    const { level, why } = stateOf(feed.facts);
    setAttribute(this.node, 'data-level', level);
    setAttribute(/** @type {Element} */ (this.node.children[1]), 'title', why);
    const hasMoved = at - this.#drawnAt >= 5_000 || feed.facts.gap_cause !== null;
    if (this.#drawn === feed.drawn && !hasMoved) return;
    this.#drawn = feed.drawn;
    this.#drawnAt = at;
    for (const chart of this.#charts) chart(feed, at);
  }

  /**
   * @param {import('./columns.js').Column} column
   * @param {number} index
   * @returns {{ cell: HTMLElement, render?: (feed: Feed, at: number) => void }}
   */
  #cell({ key, chart, of, text }, index) {
    if (index === 0) return { cell: element('th', { scope: 'row', class: key }, this.button) };
    const value = element('span', { class: 'value' });
    const cell = element('td', { class: key, 'data-key': key }, value);
    if (chart === 'spark' && of !== undefined) {
      const spark = new Spark();
      cell.append(spark.node);
      this.#charts.push(({ points }, at) => spark.draw(ratesOf(points, of), at));
    } else if (chart === 'strip') {
      const strip = new GapStrip();
      cell.append(strip.node);
      this.#charts.push((feed, at) => strip.draw(gapsOf(feed, at), at));
    }
    return { cell, render: (feed, at) => setText(value, text(feed, at)) };
  }
}
