// `npm run readme`: puts into the README and the page on Kafka what is made from something else, and draws the chart of its numbers.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numbersChart } from '../../tools/pictures/numbers-chart.js';
import { freshKafkaPage } from './kafka-page.js';
import { freshReadme, ROOT } from './readme.js';

writeFileSync(join(ROOT, 'README.md'), freshReadme());
writeFileSync(join(ROOT, 'docs/kafka.md'), freshKafkaPage());
writeFileSync(join(ROOT, 'docs/images/numbers.svg'), numbersChart());
