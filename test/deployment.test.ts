import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { validate } from 'dockerfile-utils';
import { ROOT } from './support/readme.js';
import { workFolder } from './support/run-example.js';

const noAnalyzer = spawnSync('systemd-analyze', ['--version']).status === 0 ? false : 'systemd-analyze is not here';

describe('examples/docker/Dockerfile', () => {
  const text = readFileSync(join(ROOT, 'examples/docker/Dockerfile'), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const copied = lines.flatMap((line) => /^COPY (?!--from)(.+) \S+$/.exec(line)?.[1]?.split(' ') ?? []);
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));

  it('is found without fault by a linter', () => {
    assert.deepEqual(validate(text), []);
  });

  it('builds in one stage and runs in another, as a user without rights', () => {
    assert.equal(lines.filter((line) => line.startsWith('FROM ')).length, 2);
    assert.ok(last.includes('USER 1000:1000'));
    assert.ok(!last.some((line) => line.startsWith('RUN ')));
  });

  it('starts the command without a shell, so that the signal to stop reaches it', () => {
    assert.ok(last.includes('STOPSIGNAL SIGTERM'));
    const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: { spillway: string } };
    assert.ok(last.includes(`ENTRYPOINT ["node", "/app/${bin.spillway}"]`));
    assert.ok(last.some((line) => /^CMD \[/.test(line)));
  });

  it('copies files that are there, and that are sent to it', () => {
    const ignore = readFileSync(join(ROOT, 'examples/docker/Dockerfile.dockerignore'), 'utf8');
    const sent = ignore.split('\n').flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    assert.deepEqual(copied.sort(), sent.sort());
    assert.doesNotThrow(() => execFileSync('ls', copied, { cwd: ROOT, stdio: 'pipe' }));
  });
});

describe('examples/systemd/spillway@.service', () => {
  const text = readFileSync(join(ROOT, 'examples/systemd/spillway@.service'), 'utf8');

  it('holds sections and settings alone, each setting once in its place', () => {
    let section = '';
    const seen = new Set<string>();
    for (const line of text.split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      section = /^\[(Unit|Service|Install)\]$/.exec(line)?.[1] ?? section;
      if (line.startsWith('[')) continue;
      assert.match(line, /^[A-Z][A-Za-z]+=.*$/);
      const place = `${section} ${line.startsWith('SystemCallFilter=') ? line : line.split('=')[0]}`;
      assert.ok(!seen.has(place), place);
      seen.add(place);
    }
    for (const place of ['Unit Description', 'Service ExecStart', 'Service DynamicUser', 'Install WantedBy']) {
      assert.ok(seen.has(place), place);
    }
  });

  it('takes the flags that let logrotate send SIGHUP, as docs/command.md says', () => {
    const page = readFileSync(join(ROOT, 'docs/command.md'), 'utf8');
    assert.match(page, /`SPILLWAY_FLAGS=--on-hangup reopen` in `\/etc\/spillway\/trades\.env`/);
    assert.match(page, /^ +systemctl kill --signal=HUP spillway@trades$/m);
    assert.match(text, /^ExecStart=.* run \$SPILLWAY_FLAGS \/etc\/spillway\/%i\.yaml$/m);
    // Later lines count more: the file may set what this leaves empty.
    assert.match(text, /^Environment=SPILLWAY_FLAGS=$[\s\S]*^EnvironmentFile=/m);
  });

  it('is found without fault, and little exposed, by systemd', { skip: noAnalyzer }, async (t) => {
    const folder = await workFolder(t);
    const file = join(folder, 'spillway@.service');
    // It looks whether the program is there.
    writeFileSync(file, text.replace('/usr/bin/node', process.execPath));
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
    const about = verified.stderr.split('\n').filter((line) => line.includes('spillway'));
    assert.deepEqual(about, []);
    const security = spawnSync('systemd-analyze', ['security', '--offline=yes', '--no-pager', file], {
      encoding: 'utf8',
    });
    const exposure = /exposure level for \S+: ([\d.]+)/.exec(security.stdout)?.[1];
    // From 0, nothing to get at, to 10. Older versions know no --offline.
    if (exposure !== undefined) assert.ok(Number(exposure) < 2, exposure);
  });
});
