import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pipelineFile, ROOT, spillway } from './cli.js';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

/** Says on standard error which of the larger dependencies are loaded. */
const TELL_LOADS = [
  // Node 26 deprecates `module.register()`; what takes its place is not in Node 20.
  '--disable-warning=DEP0205',
  '--import',
  `data:text/javascript,${encodeURIComponent(`
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(\`
      import { readFileSync, writeSync } from 'node:fs';
      import { fileURLToPath } from 'node:url';
      export async function resolve(name, context, next) {
        const found = await next(name, context);
        if (/^(ws|ajv|ajv-formats|yaml|prom-client)(\\\\/|$)/.test(name)) writeSync(2, 'loaded ' + name + '\\\\n');
        // As the build puts them into dist/.
        if (name === './ws.cjs') writeSync(2, 'loaded ws\\\\n');
        const code = found.url.startsWith('file:') ? readFileSync(fileURLToPath(found.url), 'utf8') : '';
        if (code.includes('monitorEventLoopDelay')) writeSync(2, 'observing\\\\n');
        if (code.includes('Plain value cannot start with')) writeSync(2, 'loaded yaml\\\\n');
        if (/\\\\/cli\\\\/\\\\w+\\\\.[jt]s/.test(found.url)) writeSync(2, 'file ' + found.url + '\\\\n');
        return found;
      }
    \`));
  `)}`,
];

describe('spillway', { concurrency: 2 }, () => {
  it('--version prints its version and that of Node.js, and loads none of the larger dependencies', async (t) => {
    const { status, stdout, stderr } = await spillway(t, ['--version'], { nodeArgs: TELL_LOADS }).exit;
    assert.equal(stdout, `spillway ${version} (Node.js ${process.version})\n`);
    assert.doesNotMatch(stderr, /^loaded/m);
    assert.equal(status, 0);
  });

  it('loads the larger dependencies when a command needs them', async (t) => {
    const { file } = await pipelineFile(t, { url: 'ws://127.0.0.1:1', idle_timeout: 30 });
    const { stderr } = await spillway(t, ['run', file], { nodeArgs: TELL_LOADS }).exit;
    assert.match(stderr, /loaded yaml/);
    assert.match(stderr, /loaded ws/);
  });

  it('loads nothing of what tells how a run is, unless somebody is to hear it', async (t) => {
    const { file } = await pipelineFile(t, { url: 'ws://127.0.0.1:1', idle_timeout: 30 });
    const without = await spillway(t, ['run', file], { nodeArgs: TELL_LOADS }).exit;
    assert.doesNotMatch(without.stderr, /observing|loaded prom-client/);
    const listening = await spillway(t, ['run', file, '--listen', '0'], { nodeArgs: TELL_LOADS }).exit;
    assert.match(listening.stderr, /observing/);
    // Nobody has asked for metrics.
    assert.doesNotMatch(listening.stderr, /loaded prom-client/);
  });

  it('loads no other command than the one that is named', async (t) => {
    const { stdout, stderr } = await spillway(t, ['schema', '--help'], { nodeArgs: TELL_LOADS }).exit;
    assert.match(stdout, /Usage: spillway schema/);
    const commands =
      /\/cli\/(run|capture|preview|serve|replay|verify|repair|demo|doctor|init|validate|schema|completion)\.[jt]s/g;
    assert.deepEqual(new Set([...stderr.matchAll(commands)].map(([, name]) => name)), new Set(['schema']));
  });

  it('--help teaches by examples, and tells the exit statuses', async (t) => {
    const { status, stdout } = await spillway(t, ['--help']).exit;
    assert.equal(status, 0);
    for (const word of [/Examples:/, /spillway demo/, /spillway run trades\.yaml/, /Exit status:/, /130/]) {
      assert.match(stdout, word);
    }
  });

  it('help run shows a pipeline file and every key of --json', async (t) => {
    const { status, stdout } = await spillway(t, ['help', 'run']).exit;
    assert.equal(status, 0);
    for (const word of [/type: websocket/, /--set symbol=btcusdt/, /buffered_bytes/, /error_code/]) {
      assert.match(stdout, word);
    }
  });

  it('--help whose reader goes away ends quietly', async (t) => {
    const running = spillway(t, ['--help']);
    running.child.stdout!.destroy();
    const { status, stderr } = await running.exit;
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });

  const misuses: [title: string, args: string[], says: RegExp][] = [
    ['no command', [], /Usage: spillway/],
    ['a mistyped command', ['rnu'], /Did you mean run\?/],
    ['a mistyped option', ['run', 'x.yaml', '--quite'], /Did you mean --quiet\?/],
    ['no file', ['run'], /missing required argument 'file'/],
    ['two files', ['run', 'a.yaml', 'b.yaml'], /too many arguments/],
    ['a --set without a value', ['run', 'a.yaml', '--set', 'symbol'], /Expected name=value/],
    ['a --set without a name', ['run', 'a.yaml', '--set', '=btc'], /Expected name=value/],
    ['--quiet with --verbose', ['run', 'a.yaml', '--quiet', '--verbose'], /cannot be used with/],
    ['a demo of no length', ['demo', '--seconds', '0'], /Expected from 1 ms to 1 d 0 h: a number of seconds/],
    ['a demo at a rate that is no number', ['demo', '--rate', 'fast'], /Expected a number above 0/],
  ];
  for (const [title, args, says] of misuses) {
    it(`with ${title} exits 2 and says what is wrong on standard error`, async (t) => {
      const { status, stdout, stderr } = await spillway(t, args).exit;
      assert.match(stderr, says);
      assert.equal(stdout, '');
      assert.equal(status, 2);
    });
  }

  const crashes: [title: string, crash: string][] = [
    ['an uncaught exception', "throw new Error('boom')"],
    ['an unhandled rejection', "Promise.reject(new Error('boom'))"],
  ];
  for (const [title, crash] of crashes) {
    // As soon as the run listens for signals, everything is set up.
    const code = `process.on('newListener', (name) => { if (name === 'SIGTERM') setImmediate(() => { ${crash} }) })`;
    const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(code)}`];

    it(`tells ${title} in a sentence, and exits 1`, async (t) => {
      const { status, stderr } = await spillway(t, ['demo', '--seconds', '60', '-o', '/dev/null'], { nodeArgs }).exit;
      assert.match(stderr, /an error that it did not expect: boom\n/);
      assert.doesNotMatch(stderr, /\n\s+at /);
      assert.equal(status, 1);
    });

    it(`tells where ${title} was, with --verbose`, async (t) => {
      const args = ['demo', '--seconds', '60', '-o', '/dev/null', '--verbose'];
      const { status, stderr } = await spillway(t, args, { nodeArgs }).exit;
      assert.match(stderr, /boom\n(.*\n)*\s+at /);
      assert.equal(status, 1);
    });
  }
});
