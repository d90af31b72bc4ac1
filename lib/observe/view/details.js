import { element, setInside, setText } from './dom.js';
import { connectionFacts, filesOf, sinkFacts } from './facts.js';
import { bytes, percent, short } from './format.js';
import { GapLine } from './gap-line.js';
import { ratesOf } from './points.js';
import { Spark } from './spark.js';
import { Tap } from './tap.js';

/** @typedef {import('./types.js').Feed} Feed */

/** All that there is to say of one feed. */
export class Details {
  node;
  #heading = element('h2', { id: 'details-name' });
  #gapLine = new GapLine();
  #charts = CHARTS.map(({ label, of, text }) => ({ label, of, text, spark: new Spark(), said: element('span') }));
  #connection = element('dl');
  #sink = element('dl');
  #files = element('div');
  #filesPart;
  #tapPart;
  /** @type {Tap | undefined} */
  #tap;
  /** @type {string | undefined} */
  #name;
  #drawn = '';

  constructor() {
    const charts = this.#charts.map(({ label, spark, said }) =>
      element('figure', {}, element('figcaption', {}, `${label}: `, said), spark.node),
    );
    this.#filesPart = part('Files', this.#files);
    this.#tapPart = part('Last records');
    this.node = element(
      'section',
      { class: 'details', 'aria-labelledby': 'details-name' },
      this.#heading,
      part('Gaps', this.#gapLine.node),
      part('The last 15 minutes', element('div', { class: 'charts' }, ...charts)),
      element('div', { class: 'facts' }, part('Connection', this.#connection), part('Sink', this.#sink)),
      this.#filesPart,
      this.#tapPart,
    );
    this.#filesPart.classList.add('files');
  }

  /** @param {Feed} feed @param {number} at @param {boolean} hasTap */
  show(feed, at, hasTap) {
    if (this.#name !== feed.name) this.#change(feed.name);
    this.#gapLine.show(feed, at);
    const drawn = `${feed.name} ${feed.drawn}`;
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      for (const chart of this.#charts) {
        const rates = ratesOf(feed.points, chart.of);
        chart.spark.draw(rates, at);
        setText(
          chart.said,
          saidOf(
            rates.map(({ rate }) => rate),
            chart.text,
          ),
        );
      }
    }
    list(this.#connection, connectionFacts(feed, at));
    list(this.#sink, sinkFacts(feed, at));
    const files = filesOf(feed.facts);
    this.#filesPart.hidden = files.length === 0;
    setInside(this.#files, JSON.stringify(files), () => [filesTable(files)]);
    this.#tapPart.hidden = !hasTap;
    if (hasTap && this.#tap === undefined) {
      this.#tap = new Tap(feed.name);
      this.#tapPart.append(this.#tap.node);
    }
  }

  /** Nobody looks. */
  hide() {
    this.#tap?.close();
    this.#tap?.node.remove();
    this.#tap = undefined;
    this.#name = undefined;
  }

  /** @param {string} name */
  #change(name) {
    this.hide();
    this.#name = name;
    this.#drawn = '';
    setText(this.#heading, name);
  }
}

/** @param {string} title @param {...Node} inside */
function part(title, ...inside) {
  return element('section', {}, element('h3', {}, title), ...inside);
}

/** @param {Element} node @param {readonly (readonly [string, string])[]} facts */
function list(node, facts) {
  const names = facts.map(([name]) => name).join('\n');
  setInside(node, names, () => facts.map(([name]) => element('div', {}, element('dt', {}, name), element('dd'))));
  for (const [index, [, text]] of facts.entries()) {
    const value = node.children[index]?.lastElementChild;
    if (value) setText(value, text);
  }
}

/** @param {readonly import('./facts.js').File[]} files */
function filesTable(files) {
  const names = ['File', 'Size', 'Records', 'Received', 'Gaps', 'Seal'];
  const head = element('tr', {}, ...names.map((name) => element('th', { scope: 'col' }, name)));
  const rows = files.map(({ path, size, records, received, gaps, seal }) => {
    const cells = [size, records, received, gaps].map((text) => element('td', {}, text));
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, path),
      ...cells,
      element('td', {}, element('code', {}, seal)),
    );
  });
  const scroll = { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Files' };
  return element('div', scroll, element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows)));
}

/** @param {readonly number[]} rates @param {(rate: number) => string} text */
function saidOf(rates, text) {
  if (rates.length === 0) return 'not measured yet';
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  return `${text(mean)} on average, ${text(Math.max(...rates))} at most`;
}

/** @type {readonly { label: string, of: import('./points.js').Column, text: (rate: number) => string }[]} */
const CHARTS = [
  { label: 'Records a second', of: 'records', text: short },
  { label: 'Bytes a second', of: 'bytes', text: bytes },
  // Milliseconds a second.
  { label: 'Paused', of: 'paused_ms', text: (rate) => percent(Math.min(1, rate / 1_000)) },
];
