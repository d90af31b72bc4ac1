/**
 * `npm run pictures`: makes docs/images/numbers.svg from the benchmarks' results, states.svg and flow.svg, docs/images/terminal.svg by running
 * the command on a pseudo-terminal, and those of the live view out of Chromium. `npm run pictures numbers` makes that one alone.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flowDiagram } from './flow-diagram.js';
import { liveView } from './live-view.js';
import { numbersChart } from './numbers-chart.js';
import { recordSession } from './session.js';
import { stateDiagram } from './state-diagram.js';

const images = join(import.meta.dirname, '../../docs/images');
const wanted = process.argv.slice(2);

const pictures: Readonly<Record<string, () => string | Promise<string | Buffer>>> = {
  'numbers.svg': () => numbersChart(),
  'terminal.svg': recordSession,
  'states.svg': stateDiagram,
  'flow.svg': flowDiagram,
  'live-view.webp': () => liveView({ width: 1_280, height: 860 }),
  'live-view-dark.webp': () => liveView({ width: 1_280, height: 860, colorScheme: 'dark' }),
  'live-view-narrow.webp': () => liveView({ width: 400, height: 800, colorScheme: 'dark' }),
};

for (const [name, make] of Object.entries(pictures)) {
  if (wanted.length === 0 || wanted.some((word) => name.startsWith(word)))
    writeFileSync(join(images, name), await make());
}
