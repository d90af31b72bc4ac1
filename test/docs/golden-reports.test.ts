import { staysAsWritten } from '../support/goldens/as-written.js';
import { tellReports } from '../support/goldens/reports.js';

staysAsWritten('reports', tellReports);
