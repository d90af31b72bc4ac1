import { setAttribute, svg } from './dom.js';
import { SPAN_MS } from './points.js';

/** A small chart of the last quarter of an hour. It stretches to where it is, and has the colour of the text. */
export class Spark {
  node;
  #line = svg('path', { class: 'line' });
  #area = svg('path', { class: 'area' });

  constructor() {
    const box = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' };
    this.node = svg('svg', { class: 'spark', ...box }, this.#area, this.#line);
  }

  /**
   * @param {readonly { time: number, rate: number }[]} rates
   * @param {number} at the right end
   */
  draw(rates, at) {
    const most = Math.max(...rates.map(({ rate }) => rate), Number.MIN_VALUE);
    const points = rates.map(({ time, rate }) => {
      const x = WIDTH * (1 - (at - time) / SPAN_MS);
      return /** @type {const} */ ([x.toFixed(1), (HEIGHT - 1 - (HEIGHT - 2) * (rate / most)).toFixed(1)]);
    });
    const line = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
    const [first, last] = [points[0], points.at(-1)];
    setAttribute(this.#line, 'd', line);
    setAttribute(this.#area, 'd', first && last ? `${line}L${last[0]} ${HEIGHT}L${first[0]} ${HEIGHT}Z` : '');
  }
}

const WIDTH = 180;
const HEIGHT = 24;
