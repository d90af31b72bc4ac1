import type { Transform } from 'node:stream';
import type { Message } from '../parse/message.js';
import { glue } from './glue.js';

/** A stage that lets through the records for which `keep` returns, or resolves to, something truthy. */
export function filterBy(keep: (message: Message) => unknown): Transform {
  return glue('filter', async (message) => ((await keep(message)) ? message : undefined));
}
