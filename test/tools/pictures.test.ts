import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { flowResults } from '../../benchmarks/support/numbers.js';
import { barChart } from '../../tools/pictures/bar-chart.js';
import { numbersChart } from '../../tools/pictures/numbers-chart.js';
import { terminalSvg } from '../../tools/pictures/terminal-svg.js';
import { ROOT } from '../support/readme.js';

const image = (name: string): string => readFileSync(join(ROOT, 'docs/images', name), 'utf8');

describe('the chart of the numbers', () => {
  it('is current with the results file', () => {
    assert.equal(image('numbers.svg'), numbersChart(), 'Run `npm run readme`.');
  });

  it('shows each measured value as it was measured', () => {
    const results = flowResults().at(-1)!;
    const chart = numbersChart(results);
    for (const { name, recordsPerSecond } of results.rows) {
      if (name === 'spillway, fused to pages') continue;
      assert.ok(chart.includes(`>${(recordsPerSecond / 1e6).toFixed(2)} M/s<`), name);
    }
  });

  it('draws bars as long as their values, from zero', () => {
    const bar = (value: number, label = 'a < b & c') => ({
      label,
      value,
      valueText: `${value}`,
      note: '',
      isOurs: true,
    });
    const chart = barChart({ title: 'T', subtitle: '', footer: '' }, [{ title: 'G', bars: [bar(10), bar(5), bar(0)] }]);
    const widths = [...chart.matchAll(/<rect class="ours" [^>]*width="(\d+)"/g)].map(([, width]) => Number(width));
    assert.equal(widths[0], 2 * widths[1]!);
    assert.equal(widths[2], 2);
    assert.ok(isWellFormed(chart));
    assert.match(chart, /a &lt; b &amp; c/);
  });
});

describe('the picture of a terminal', () => {
  it('holds a whole run: what was typed, the status line, and what was written', () => {
    const svg = image('terminal.svg');
    assert.ok(isWellFormed(svg));
    assert.match(svg, /npx spillway /);
    assert.match(svg, /records [\d,]+\/s · open/);
    assert.match(svg, /safely written/);
  });

  it('shows its last frame where nothing moves, and each frame in its time where it does', () => {
    const line = (text: string) => [[{ column: 0, text, color: 2, isBold: false, isDim: false }]];
    const frames = [
      { atMs: 0, lines: line('first <&') },
      { atMs: 1_000, lines: line('last') },
    ];
    const svg = terminalSvg(frames, { columns: 20, title: 'T' });
    assert.ok(isWellFormed(svg));
    assert.match(svg, /\.f\{visibility:hidden\}\.f:last-of-type\{visibility:visible\}/);
    assert.match(svg, /prefers-reduced-motion:no-preference/);
    assert.equal([...svg.matchAll(/@keyframes/g)].length, 2);
    assert.match(svg, /first &lt;&amp;/);
  });
});

/** Whether every element that begins also ends, in order. */
function isWellFormed(svg: string): boolean {
  const open: string[] = [];
  for (const [, slash, name, selfClosing] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (selfClosing === '/') continue;
    if (slash === '') open.push(name!);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0 && !/&(?!(amp|lt|gt);)/.test(svg);
}
