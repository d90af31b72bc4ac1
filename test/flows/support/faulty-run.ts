import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { spillway } from '../../cli/cli.js';
import { program } from '../../support/program.js';
import type { FaultPlan } from './faulty-disk.js';
import { newestIn } from './numbered.js';
import { randomNumbers, seedOf } from './seed.js';

/** What a disk does to runs. */
export const FAULTS = ['kill', 'power', 'EIO', 'ENOSPC'] as const;

/** How many runs meet each fault. The gate and people in doubt ask for more. */
const RUNS = Number(process.env['SPILLWAY_KILLS'] ?? 2);

interface FailingRuns {
  readonly fault: (typeof FAULTS)[number];
  readonly disk: string;
  readonly state: string;
  readonly args: readonly string[];
  /** Of these many calls one fails: every other time while it starts, and mends what the one before has left; else under way. */
  readonly calls: readonly [starting: number, underWay: number];
  /** Whether what was found damaged is taken back, and stored once more. */
  readonly mayTakeBack?: boolean;
}

/** Runs one after another, whose disk fails. Returns how many records the last one's ledger said that the disk has. */
export async function failingRuns(t: TestContext, options: FailingRuns): Promise<number> {
  const { fault, disk, state, args, calls, mayTakeBack = false } = options;
  const random = randomNumbers(seedOf(t));
  let durable = 0;
  for (let run = 0; run < RUNS; run++) {
    const at = 1 + random(calls[run % 2]!);
    const plan = { folder: disk, at, fault, lasting: 1 + random(3), seed: random(2 ** 31) };
    const { status, signal, stderr } = await spillwayOn(t, plan, args);
    if (signal !== null) assert.equal(signal, 'SIGKILL', stderr);
    else if (status !== 0) assert.match(stderr, /simulated|No space|input\/output|EIO|ENOSPC/i);
    const next = newestIn(state, ({ isDurable }) => isDurable === true);
    if (!mayTakeBack) assert.ok(next >= durable, `the ledger said that the disk has ${durable}, and now ${next}`);
    durable = next;
  }
  return durable;
}

/** A run of the command on a disk that fails by this plan. Resolves when it has ended. */
export function spillwayOn(t: TestContext, plan: FaultPlan, args: readonly string[]) {
  const preload = program(join(import.meta.dirname, 'faulty-disk.ts')).at(-1) as string;
  return spillway(t, args, { nodeArgs: ['--import', preload], env: { FAULTY_DISK: JSON.stringify(plan) } }).exit;
}
