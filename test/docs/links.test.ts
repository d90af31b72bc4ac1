import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PAGES, pageAt } from '../support/pages.js';
import { ROOT } from '../support/readme.js';

describe('the links of the pages', () => {
  for (const path of [...PAGES, 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md']) {
    it(`lead somewhere: ${path}`, () => {
      for (const [, target] of pageAt(path).matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
        const [file, heading] = target!.split('#');
        const to = file === '' ? path : join(path, '..', file!);
        assert.ok(existsSync(join(ROOT, to)), target);
        if (heading !== undefined) assert.ok(headingsOf(pageAt(to)).includes(heading), target);
      }
    });
  }
});

describe('docs/README.md', () => {
  it('leads to every page, each once', () => {
    const targets = [...pageAt('docs/README.md').matchAll(/^\| \[[^\]]+\]\(([^)]+)\)/gm)].map(([, target]) =>
      join('docs', target!),
    );
    assert.deepEqual(targets.toSorted(), PAGES.filter((path) => path !== 'docs/README.md').toSorted());
  });

  it('is what the README leads to', () => {
    assert.match(pageAt('README.md'), /\]\(docs\/README\.md\)/);
  });
});

/** The anchors of a page's headings, as GitHub makes them. */
function headingsOf(page: string): string[] {
  const seen = new Map<string, number>();
  return [...page.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, title]) => {
    const anchor = title!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}
