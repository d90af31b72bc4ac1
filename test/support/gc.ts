import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The bytes of the heap that are really in use. */
export async function heapInUse(): Promise<number> {
  // In a turn of its own, since newer V8 takes whatever lies on the stack for a reference.
  await nextTurn();
  collect();
  await nextTurn();
  collect();
  return process.memoryUsage().heapUsed;
}
