/**
 * Whether the consumer of a Readable wants more. One that takes an item is at work on it until it asks for the next: an async
 * generator that waits, a listener that has paused the stream. Node drops that item when the stream fails meanwhile.
 */
import type { Readable } from 'node:stream';

/** Has {@link isAsking} know of what `stream` hands out. */
export function watchReads(stream: Readable): void {
  const reader = { isAtWork: false, isReminded: false };
  const { read } = stream;
  readers.set(stream, reader);
  stream.read = function watchedRead(size?: number): ReturnType<Readable['read']> {
    // What flows is taken by a listener, in this call, which says by pausing that it is at work.
    const isFlowing = this.readableFlowing === true;
    const item: unknown = read.call(this, size);
    if (item !== null) {
      reader.isAtWork = !isFlowing;
      reader.isReminded = false;
    } else if (size !== 0) {
      reader.isAtWork = false;
    }
    return item;
  };
}

/** Whether nobody is at work on what `stream`, which is watched, handed out last. */
export function isAsking(stream: Readable): boolean {
  const reader = readers.get(stream);
  if (reader === undefined) return true;
  const isHeard = stream.listenerCount('readable') > 0;
  if (!isHeard && stream.listenerCount('data') > 0) return stream.readableFlowing !== false;
  if (!reader.isAtWork) return true;
  // A listener that reads one item an event would not ask again without one.
  if (isHeard && !reader.isReminded) {
    reader.isReminded = true;
    stream.emit('readable');
  }
  return !reader.isAtWork;
}

const readers = new WeakMap<Readable, { isAtWork: boolean; isReminded: boolean }>();
