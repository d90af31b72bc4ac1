/**
 * `npm run pictures`: makes docs/images/numbers.svg from the benchmarks' results, states.svg and flow.svg, and docs/images/terminal.svg by running
 * the command on a pseudo-terminal. `npm run pictures numbers` makes that one alone.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flowDiagram } from './flow-diagram.js';
import { numbersChart } from './numbers-chart.js';
import { recordSession } from './session.js';
import { stateDiagram } from './state-diagram.js';

const images = join(import.meta.dirname, '../../docs/images');
const wanted = process.argv.slice(2);

const pictures: Readonly<Record<string, () => string | Promise<string>>> = {
  numbers: () => numbersChart(),
  terminal: recordSession,
  states: stateDiagram,
  flow: flowDiagram,
};

for (const [name, make] of Object.entries(pictures)) {
  if (wanted.length === 0 || wanted.includes(name)) writeFileSync(join(images, `${name}.svg`), await make());
}
