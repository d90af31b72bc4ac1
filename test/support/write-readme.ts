// `npm run readme`: puts into the README and the pages under docs/ what is made from something else, and draws their pictures.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numbersChart } from '../../tools/pictures/numbers-chart.js';
import { stateDiagram } from '../../tools/pictures/state-diagram.js';
import { freshKafkaPage } from './kafka-page.js';
import { freshKeepingAlivePage } from './keeping-alive-page.js';
import { freshReadme, ROOT } from './readme.js';

writeFileSync(join(ROOT, 'README.md'), freshReadme());
writeFileSync(join(ROOT, 'docs/kafka.md'), freshKafkaPage());
writeFileSync(join(ROOT, 'docs/keeping-alive.md'), freshKeepingAlivePage());
writeFileSync(join(ROOT, 'docs/images/numbers.svg'), numbersChart());
writeFileSync(join(ROOT, 'docs/images/states.svg'), stateDiagram());
