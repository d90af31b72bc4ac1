import { type Clock, systemClock } from './clock.js';
import { type Logger, silentLogger } from './logger.js';
import { objectWith } from './options.js';

/** The option `clock`: where time comes from. */
export const CLOCK = objectWith<Clock>(systemClock, 'now', 'monotonic', 'setTimeout', 'clearTimeout');

/** The option `logger`: where to log to. */
export const LOGGER = objectWith<Logger>(silentLogger, 'debug', 'info', 'warn', 'error');
