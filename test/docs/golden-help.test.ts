import { staysAsWritten } from '../support/goldens/as-written.js';
import { freshHelp } from '../support/goldens/help.js';

staysAsWritten('help', freshHelp);
