/**
 * Decides how the next write goes to a file: at once, on this thread, or by a thread of its own. A write that the page
 * cache takes costs less than to wake a thread for it (0.05 ms against 0.15 ms for 120 KB on a virtual machine with two
 * cores); one that waits for a disk would hold everything else up, pings too. So after a slow one the next hundred go by
 * thread, before the disk is tried again. On a disk that may not answer at all, as one of a network, all of them do: a
 * write that never comes back would hold even the end of the run.
 */
export class WriteMode {
  #byThread = 0;
  readonly #mayHang: boolean;

  constructor(mayHang: boolean) {
    this.#mayHang = mayHang;
  }

  /** Whether the next write goes by thread. To be asked once a write. */
  nextIsByThread(): boolean {
    if (this.#mayHang) return true;
    if (this.#byThread === 0) return false;
    this.#byThread -= 1;
    return true;
  }

  /** What a write on this thread took. */
  took(ms: number): void {
    if (ms > SLOW_MS) this.#byThread = WRITES_BY_THREAD;
  }
}

const SLOW_MS = 5;
const WRITES_BY_THREAD = 100;
