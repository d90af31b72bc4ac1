import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import type { Page } from '../../lib/batch/page.js';
import { sinkConformance } from '../../lib/testing/index.js';

type Callback = (error?: Error | null) => void;

/** It keeps every promise. */
class Good extends Writable {
  text = '';
  readonly stats = { records: 0, pages: 0 };

  constructor() {
    super({ objectMode: true, highWaterMark: 1 });
  }

  override _write(page: Page, _encoding: string, callback: Callback): void {
    const { bytes } = page;
    if (!Buffer.isBuffer(bytes)) {
      callback(new TypeError('no page'));
      return;
    }
    setImmediate(() => {
      this.keep(bytes.toString());
      this.stats.records += page.recordsAmong();
      this.stats.pages += 1;
      callback();
    });
  }

  override _destroy(error: Error | null, callback: Callback): void {
    // What is at hand is stored by then.
    setImmediate(() => setImmediate(callback, error));
  }

  protected keep(text: string): void {
    this.text += text;
  }
}

/** Each breaks one promise. */
const BROKEN: Readonly<Record<string, () => Good>> = {
  'stores every page in order and byte for byte': () =>
    new (class extends Good {
      protected override keep(text: string): void {
        super.keep(text.replaceAll('1.10', '1.1'));
      }
    })(),
  'stores nothing for a run without pages': () =>
    new (class extends Good {
      override _final(callback: Callback): void {
        this.text += '\n';
        callback();
      }
    })(),
  'stores gaps at their place': () =>
    new (class extends Good {
      protected override keep(text: string): void {
        super.keep(text.replaceAll(/^{"gap".*\n/gm, ''));
      }
    })(),
  'calls back in order, and does not look at a page again that it has stored': () =>
    new (class extends Good {
      readonly #pages: Page[] = [];

      override _write(page: Page, _encoding: string, callback: Callback): void {
        this.#pages.push(page);
        if (page.frame === undefined) callback(new TypeError('no page'));
        else callback();
      }

      override _final(callback: Callback): void {
        for (const page of this.#pages) this.keep(page.bytes.toString());
        callback();
      }
    })(),
  'takes one page at a time': () =>
    new (class extends Good {
      override write(page: Page, ...rest: never[]): boolean {
        super.write(page, ...rest);
        return true;
      }
    })(),
  'leaves whole lines of every page it was given when it is destroyed while it writes': () =>
    new (class extends Good {
      protected override keep(text: string): void {
        if (!this.destroyed) super.keep(text);
      }
    })(),
  'refuses a string in place of a page, and keeps what came before': () =>
    new (class extends Good {
      override _write(page: Page, encoding: string, callback: Callback): void {
        if (typeof page === 'string') callback();
        else super._write(page, encoding, callback);
      }
    })(),
  'can be destroyed before anything was written': () =>
    new (class extends Good {
      override _destroy(): void {}
    })(),
  'counts records and pages once they are stored': () =>
    new (class extends Good {
      override write(page: Page, ...rest: never[]): boolean {
        this.stats.records += page.length;
        return super.write(page, ...rest);
      }
    })(),
  'counts no gap as a record, and nothing for a run without pages': () =>
    new (class extends Good {
      override _write(page: Page, encoding: string, callback: Callback): void {
        if (page.recordsAmong?.() < page.length) this.stats.records += page.length - page.recordsAmong();
        super._write(page, encoding, callback);
      }
    })(),
};

for (const { name, run } of casesOf(() => new Good())) test(`a good sink ${name}`, run);

for (const [name, open] of Object.entries(BROKEN)) {
  test(`a sink is told that it does not keep: ${name}`, async () => {
    // One of them never closes.
    const timeoutMs = name.startsWith('can be destroyed') ? 100 : undefined;
    const broken = casesOf(open, timeoutMs).find((each) => each.name === name)!;
    await assert.rejects(broken.run(), { code: 'ERR_ASSERTION' });
  });
}

test('one that never calls back is told after a while', async () => {
  const [first] = sinkConformance({
    open: () => new Writable({ objectMode: true, write() {} }),
    stored: () => '',
    timeoutMs: 20,
  });
  await assert.rejects(first!.run(), {
    code: 'ERR_ASSERTION',
    message: 'stores every page in order and byte for byte: the sink was not done within 20 ms.',
  });
});

test('a sink that takes pages ahead is not asked to take one at a time, and one without `stats` for none', () => {
  const names = (options: object): string[] =>
    sinkConformance({ open: () => new Good(), stored: () => '', ...options }).map(({ name }) => name);
  assert.ok(names({}).includes('takes one page at a time'));
  assert.ok(!names({ takesAhead: true }).includes('takes one page at a time'));
  assert.equal(names({ hasStats: true }).length, names({}).length + 2);
});

test('a sink that is said to have `stats`, and has none, is told so', async () => {
  class Uncounted extends Good {
    override _write(page: Page, _encoding: string, callback: Callback): void {
      this.keep(page.bytes.toString());
      callback();
    }
  }
  const open = (): Good => Object.assign(new Uncounted(), { stats: undefined }) as never;
  const counting = casesOf(open).find(({ name }) => name.startsWith('counts no gap'));
  await assert.rejects(counting!.run(), { message: /It has no `stats`\./ });
});

test('what is no sink to be tried is refused', () => {
  assert.throws(() => sinkConformance({ open: () => new Good() } as never), {
    code: 'ERR_CONFIG',
    message: /^sinkConformance: Expected two functions: `open`, and `stored`\.$/,
  });
  assert.throws(() => sinkConformance({ open: 1, stored: 2 } as never), { code: 'ERR_CONFIG' });
});

function casesOf(open: () => Good, timeoutMs = 60_000) {
  return sinkConformance({ open, stored: (sink) => sink.text, hasStats: true, timeoutMs });
}
