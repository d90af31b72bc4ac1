import { staysAsWritten } from '../support/goldens/as-written.js';
import { tellFailures } from '../support/goldens/failures.js';

staysAsWritten('failures', tellFailures);
