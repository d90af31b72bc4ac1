// `npm run readme`: puts into the README what is made from something else.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshReadme, ROOT } from './readme.js';

writeFileSync(join(ROOT, 'README.md'), freshReadme());
