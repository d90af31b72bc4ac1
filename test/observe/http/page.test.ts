import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PAGE_FILES } from '../../../lib/observe/http/page.js';
import { ask } from '../../support/ask.js';
import { servedView, VIEW } from '../view/served-view.js';

const TOKEN = 'a-token-of-some-length';

describe('the files of the live view', () => {
  it('are all that is there, each found by those that load it', () => {
    const files = readdirSync(VIEW).filter((name) => !name.endsWith('.d.ts'));
    assert.deepEqual(PAGE_FILES.toSorted(), files.sort());
    for (const name of files.filter((one) => one.endsWith('.js'))) {
      const text = readFileSync(join(VIEW, name), 'utf8');
      for (const [, imported] of text.matchAll(/^import .* from '(.+)';$/gm)) {
        assert.ok(PAGE_FILES.includes(imported!.replace('./', '')), `${name} loads ${imported}`);
      }
      assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/, name);
    }
    const page = readFileSync(join(VIEW, 'index.html'), 'utf8');
    assert.doesNotMatch(page, /<style|style=|<script(?! type="module" src=)|\son\w+=|https?:/);
  });

  it('are answered as they are, under a policy that lets nothing else run', async (t) => {
    const { origin } = await servedView(t);
    for (const name of PAGE_FILES) {
      const path = name === 'index.html' ? '/' : `/view/${name}`;
      const { status, body, headers } = await ask(origin, path);
      assert.deepEqual([status, body], [200, readFileSync(join(VIEW, name), 'utf8')], path);
      const policy = String(headers['content-security-policy']);
      assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe|\*|https?:|data:/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
    }
    for (const path of [
      '/view/',
      '/view',
      '/view/types.d.ts',
      '/view/../http/page.ts',
      '/view/%2e%2e/guard.ts',
      '/index.html',
    ]) {
      assert.equal((await ask(origin, path)).status, 404, path);
    }
  });

  it('are answered without the token, by any name, and nothing else is', async (t) => {
    const { origin } = await servedView(t, { token: TOKEN });
    const headers = { host: 'box.example.com' };
    assert.equal((await ask(origin, '/', { headers })).status, 200);
    assert.equal((await ask(origin, '/view/main.js', { headers })).status, 200);
    for (const path of ['/events', '/tap', '/stats.json', '/metrics']) {
      assert.equal((await ask(origin, path)).status, 401, path);
      assert.equal((await ask(origin, path, { headers })).status, 421, path);
    }
    // Without a token a name may be one that leads here by a trick of DNS, and then the rest could be asked for, too.
    const open = await servedView(t);
    assert.equal((await ask(open.origin, '/', { headers })).status, 421);
  });

  it('are shown to who follows a link on another site, and to no page of one', async (t) => {
    const { origin } = await servedView(t);
    const followed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    assert.equal((await ask(origin, '/', { headers: followed })).status, 200);
    assert.equal((await ask(origin, '/stats.json', { headers: followed })).status, 403);
    const others: Record<string, string>[] = [
      { 'sec-fetch-dest': 'iframe' },
      { 'sec-fetch-mode': 'no-cors' },
      { origin: 'http://evil.example' },
    ];
    for (const other of others) {
      assert.equal((await ask(origin, '/', { headers: { ...followed, ...other } })).status, 403);
    }
  });
});
