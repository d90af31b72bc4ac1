import { join } from 'node:path';
import { csvFile } from '../../../lib/sink/csv/csv-file.js';
import { conforms } from '../conformance.js';
import { readText, temporaryFolder } from '../files.js';

for (const name of ['out.csv', 'out.csv.gz']) {
  conforms(
    `csvFile into ${name}, with each record as one cell,`,
    (t) => {
      const path = join(temporaryFolder(t), name);
      const sink = csvFile(path, { columns: ['$'], header: false });
      return { sink, stored: () => readText(path).replace(/^"((?:[^"]|"")*)"$/gm, unquoted) };
    },
    false,
    false,
  );
}

function unquoted(_cell: string, text: string): string {
  return text.replaceAll('""', '"');
}
