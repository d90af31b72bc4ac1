import { staysAsWritten } from '../support/goldens/as-written.js';
import { refusedOptions } from '../support/goldens/refused-options.js';

staysAsWritten('refused-options', refusedOptions);
