import { staysAsWritten } from '../support/goldens/as-written.js';
import { refusedFiles } from '../support/goldens/refused-files.js';

staysAsWritten('refused-files', refusedFiles);
