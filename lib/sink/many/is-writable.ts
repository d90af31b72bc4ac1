import type { Writable } from 'node:stream';

/** Whether it is a stream that can be written to, of whatever copy of Node's classes. */
export function isWritable(value: unknown): value is Writable {
  return (
    value !== null && typeof value === 'object' && METHODS.every((name) => typeof value[name as never] === 'function')
  );
}

const METHODS = ['write', 'end', 'destroy', 'on', 'once'];
