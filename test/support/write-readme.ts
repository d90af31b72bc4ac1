// `npm run readme`: puts into the README what is made from something else, and draws the chart of its numbers.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numbersChart } from '../../tools/pictures/numbers-chart.js';
import { freshReadme, ROOT } from './readme.js';

writeFileSync(join(ROOT, 'README.md'), freshReadme());
writeFileSync(join(ROOT, 'docs/images/numbers.svg'), numbersChart());
