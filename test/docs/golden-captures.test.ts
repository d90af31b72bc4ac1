import { staysAsWritten } from '../support/goldens/as-written.js';
import { tellCaptures } from '../support/goldens/captures.js';

staysAsWritten('captures', tellCaptures);
