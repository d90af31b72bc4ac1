// `npm run readme`: puts into the README and the pages under docs/ what is made from something else, and draws their pictures.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flowDiagram } from '../../tools/pictures/flow-diagram.js';
import { numbersChart } from '../../tools/pictures/numbers-chart.js';
import { stateDiagram } from '../../tools/pictures/state-diagram.js';
import { freshConfigTypes } from './config-types.js';
import { freshPage, PAGES } from './pages.js';
import { ROOT } from './readme.js';
import { freshStatsTypes } from './stats-types.js';

for (const path of PAGES) writeFileSync(join(ROOT, path), freshPage(path));
writeFileSync(join(ROOT, 'lib/config/fields/option-types.ts'), freshConfigTypes());
writeFileSync(join(ROOT, 'lib/telemetry/stats.ts'), freshStatsTypes());
writeFileSync(join(ROOT, 'docs/images/numbers.svg'), numbersChart());
writeFileSync(join(ROOT, 'docs/images/states.svg'), stateDiagram());
writeFileSync(join(ROOT, 'docs/images/flow.svg'), flowDiagram());
