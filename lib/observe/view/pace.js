/**
 * A function that has something done soon, and at most so often: at once when it was not done for that long, and where it is asked for many
 * times in between, once.
 *
 * @param {() => void} work
 * @param {number} everyMs
 * @param {{ now: () => number, after: (ms: number, then: () => void) => void }} clock
 */
export function paced(work, everyMs, { now, after }) {
  let doneAt = Number.NEGATIVE_INFINITY;
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    after(Math.max(0, doneAt + everyMs - now()), () => {
      isAsked = false;
      doneAt = now();
      work();
    });
  };
}
