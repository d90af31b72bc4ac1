// `npm run readme`: puts into the README and the pages under docs/ what is made from something else, draws their pictures, and
// writes down the schema of pipeline files, the help of all commands, and what else people read.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flowDiagram } from '../../tools/pictures/flow-diagram.js';
import { numbersChart } from '../../tools/pictures/numbers-chart.js';
import { stateDiagram } from '../../tools/pictures/state-diagram.js';
import { freshConfigTypes } from './config-types.js';
import { goldenPath } from './goldens/as-written.js';
import { GOLDENS } from './goldens/goldens.js';
import { freshPage, PAGES } from './pages.js';
import { ROOT } from './readme.js';
import { freshSchema, SCHEMA_GOLDEN } from './schema-golden.js';
import { freshStatsTypes } from './stats-types.js';

for (const path of PAGES) writeFileSync(join(ROOT, path), freshPage(path));
writeFileSync(join(ROOT, 'lib/config/fields/option-types.ts'), freshConfigTypes());
writeFileSync(join(ROOT, 'lib/telemetry/stats.ts'), freshStatsTypes());
writeFileSync(SCHEMA_GOLDEN, freshSchema());
for (const [name, fresh] of Object.entries(GOLDENS)) writeFileSync(goldenPath(name), await fresh());
writeFileSync(join(ROOT, 'docs/images/numbers.svg'), numbersChart());
writeFileSync(join(ROOT, 'docs/images/states.svg'), stateDiagram());
writeFileSync(join(ROOT, 'docs/images/flow.svg'), flowDiagram());
