import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { crc32 } from 'node:zlib';
import { decodeEntries, encodeEntry } from '../../lib/state/ledger-entry.js';
import { temporaryFolder } from '../cli/cli.js';
import type { FaultPlan } from './support/faulty-disk.js';
import { spillwayOn } from './support/faulty-run.js';
import { numbered } from './support/numbered.js';
import { callsIn, outOfOrder, type Places } from './support/write-order.js';

/**
 * A failing disk finds a wrong order by chance. Here each call that changes the disk is written down, and held against the order in which they
 * have to take effect.
 */
describe('what a run writes gets to the disk in an order in which nothing is lost that it has said to have,', {
  concurrency: 2,
}, () => {
  interface Case {
    readonly name: string;
    readonly flags?: readonly string[];
    readonly hasState?: boolean;
    readonly hasSpool?: boolean;
    readonly isForcedEachPage?: boolean;
    /** What it shows that the run has done what this is about. */
    readonly calls: RegExp;
  }
  const rolled = ['--roll-records', '1500'];
  const cases: readonly Case[] = [
    { name: 'out.jsonl', hasState: true, calls: /"written".*out\.jsonl"/ },
    { name: 'out.jsonl.gz', hasState: true, calls: /"written".*out\.jsonl\.gz"/ },
    {
      name: 'out.jsonl',
      hasState: true,
      flags: ['--fsync', 'page'],
      isForcedEachPage: true,
      calls: /"forced".*out\.jsonl"/,
    },
    { name: '%Y/out.jsonl', hasState: true, flags: rolled, calls: /"renamed".*\.part"/ },
    { name: '%Y/out.jsonl.gz', hasState: true, flags: rolled, calls: /"renamed".*\.sealing"/ },
    {
      name: '%Y/out.jsonl',
      flags: ['--roll-records', '500', '--keep-files', '2'],
      calls: /"removed".*out(-\d+)?\.jsonl"/,
    },
    { name: 'out.jsonl', hasState: true, hasSpool: true, calls: /"removed".*seg-/ },
    { name: 'out.jsonl', hasSpool: true, calls: /"removed".*seg-/ },
    { name: '%Y/out.jsonl.gz', hasState: true, hasSpool: true, flags: rolled, calls: /"removed".*seg-/ },
  ];
  for (const { name, hasState = false, hasSpool = false, flags = [], isForcedEachPage = false, calls } of cases) {
    const kept = [hasState ? 'a state' : '', hasSpool ? 'a spool' : ''].filter((one) => one !== '').join(' and ');
    it(`with ${kept === '' ? 'neither state nor spool' : kept}: ${[name, ...flags].join(' ')}`, async (t) => {
      const folder = await temporaryFolder(t);
      const disk = join(folder, 'disk');
      const places: Places = {
        state: hasState ? join(disk, 'state') : undefined,
        spool: hasSpool ? join(disk, 'spool') : undefined,
        isForcedEachPage,
      };
      const server = await numbered(t, 1_000);
      const args = [
        ...['capture', server.url, '-o', join(disk, name), '--max-messages', '3000', '--batch-size', '50', '--quiet'],
        ...(hasState ? ['--state', join(disk, 'state')] : []),
        ...(hasSpool ? ['--spool', join(disk, 'spool'), '--spool-max-bytes', '1048576'] : []),
        ...flags,
      ];
      // The second one goes on where the first came to.
      for (const run of [1, 2]) {
        const trace = join(folder, `trace-${run}`);
        await traced(t, { folder: disk, trace }, args);
        assert.match(readFileSync(trace, 'utf8'), calls);
        assert.deepEqual(outOfOrder(callsIn(trace), places), []);
        const isSingle = hasState && !name.includes('%');
        // What was written and not acknowledged when a run died.
        if (isSingle) appendFileSync(join(disk, name), '{"n":');
      }
    });
  }

  it('also at a start behind a run that was killed before the disk had what it stored', async (t) => {
    const folder = await temporaryFolder(t);
    const disk = join(folder, 'disk');
    const [output, state, trace] = [join(disk, 'out.jsonl'), join(disk, 'state'), join(folder, 'trace')];
    mkdirSync(state, { recursive: true });
    const line = Buffer.from('{"n":0}\n');
    writeFileSync(output, line);
    const file = { path: output, start: 0, end: line.length, crc: crc32(line), whole: crc32(line) };
    const entry = { page: 1, next: 1, receivedAt: 1, records: 1, files: [file] };
    writeFileSync(join(state, 'ledger'), encodeEntry(entry));
    const server = await numbered(t, 10);
    await traced(t, { folder: disk, trace }, [
      ...['capture', server.url, '-o', output, '--state', state, '--max-messages', '100', '--quiet'],
    ]);
    const calls = callsIn(trace);
    const forced = calls.findIndex(({ call, path }) => call === 'forced' && path === output);
    const replaced = calls.findIndex((call) => call.call === 'renamed' && call.to === join(state, 'ledger'));
    assert.ok(forced >= 0 && forced < replaced, `forced by call ${forced}, the ledger is there with call ${replaced}`);
    assert.deepEqual(outOfOrder(calls, { state }), []);
  });

  it('also where it has a spool alone, whose ledger names the files of its sink', async (t) => {
    const folder = await temporaryFolder(t);
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const [output, spool, trace] = [join(disk, 'out.jsonl'), join(disk, 'spool'), join(folder, 'trace')];
    const server = await numbered(t, 10);
    const args = ['capture', server.url, '-o', output, '--spool', spool, '--max-messages', '100', '--quiet'];
    await traced(t, { folder: disk, trace: join(folder, 'trace-1') }, args);
    // A kill leaves what was written down of one page more, and no mark behind it.
    const ledger = join(spool, 'ledger');
    const { isDurable, ...newest } = decodeEntries(readFileSync(ledger)).entries.at(-1)!;
    assert.equal(isDurable, true);
    appendFileSync(ledger, encodeEntry({ ...newest, page: newest.page + 1 }));
    // The name of one more file was not written whole.
    appendFileSync(join(spool, 'files'), '"/tmp/o');
    await traced(t, { folder: disk, trace }, args);
    const calls = callsIn(trace);
    const forced = calls.findIndex(({ call, path }) => call === 'forced' && path === output);
    const replaced = calls.findIndex((call) => call.call === 'renamed' && call.to === ledger);
    assert.ok(forced >= 0 && forced < replaced, `forced by call ${forced}, the ledger is there with call ${replaced}`);
  });

  it('also where the ledger grows so large that it is written anew', async (t) => {
    const folder = await temporaryFolder(t);
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const server = await numbered(t, 10);
    const trace = join(folder, 'trace');
    const state = join(disk, 'state');
    // Of each page the ledger tells much, by the name of its file.
    const output = join(disk, `${'x'.repeat(200)}.jsonl`);
    const args = [
      ...['capture', server.url, '-o', output, '--state', state, '--max-messages', '12000', '--batch-size', '4'],
      ...['--linger', 'none', '--quiet'],
    ];
    await traced(t, { folder: disk, trace }, args);
    const calls = callsIn(trace);
    const renames = calls.filter((call) => call.call === 'renamed' && call.to.endsWith('ledger')).length;
    assert.ok(renames > 1, `${renames} ledgers`);
    assert.deepEqual(outOfOrder(calls, { state }), []);
  });
});

/** A run of the command on a disk on which nothing fails, and that writes down what it is asked for. */
async function traced(
  t: TestContext,
  plan: Pick<FaultPlan, 'folder' | 'trace'>,
  args: readonly string[],
): Promise<void> {
  const whole = { ...plan, at: 0, fault: 'none', lasting: 0, seed: 1 } as const;
  const { status, stderr } = await spillwayOn(t, whole, args);
  assert.equal(status, 0, stderr);
}
