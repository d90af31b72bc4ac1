import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpoolPlace } from '../batch/spool-place.js';
import { systemClock } from '../internal/clock.js';
import { isLocked } from '../internal/folder-lock.js';
import { ifThere } from '../internal/if-there.js';
import { chainsIn } from '../state/file-check.js';
import { decodeEntries, type LedgerEntry, withoutLateMarks } from '../state/ledger-entry.js';
import { auditFile, unreadable } from './audit-file.js';
import { FileFindings } from './file-findings.js';
import type { AuditListener } from './finding.js';
import { type LedgerStep, LedgerWatcher } from './ledger-watcher.js';
import type { Course } from './line-audit.js';
import { isJsonLines, LEDGER_NAME } from './targets.js';

/** Looks at the ledger in a state's folder, and at the files that it tells of. */
export async function auditState(folder: string, course: Course, listener: AuditListener): Promise<void> {
  const path = join(folder, LEDGER_NAME);
  const findings = new FileFindings(path, listener);
  try {
    findings.isInUse = await isLocked(folder, systemClock);
    await lookAt(path, { course, listener, findings });
  } catch (cause) {
    findings.wrong('unreadable', unreadable(cause));
  } finally {
    findings.close();
  }
}

interface Surroundings {
  readonly course: Course;
  readonly listener: AuditListener;
  readonly findings: FileFindings;
}

async function lookAt(path: string, { course, listener, findings }: Surroundings): Promise<void> {
  const entries = checkedEntries(await readFile(path), findings);
  const { isInUse } = findings;
  for (const [file, steps] of stepsIn(entries)) {
    const isThere = (await ifThere(stat(file))) !== undefined;
    if (isThere) {
      const watcher = new LedgerWatcher(steps);
      // A file of another format is held against its checksums alone.
      await auditFile({ path: file, course, watcher, isInUse, isLines: isJsonLines(file) }, listener);
    } else if (!(await isFinished(file))) findings.note('left_out', `A file that it tells of is not there: ${file}.`);
  }
}

/** Whether a part is what its name promises by now: a run has finished it, and stored no page since, with which the ledger would know. */
async function isFinished(part: string): Promise<boolean> {
  const name = part.endsWith(PART) ? part.slice(0, -PART.length) : undefined;
  return name !== undefined && (await ifThere(stat(name))) !== undefined;
}

/** The entries of a ledger that are sound; what is wrong with it is told. */
export function checkedEntries(bytes: Buffer, findings: FileFindings): readonly LedgerEntry[] {
  const { entries, damagedBytes, tornBytes } = decodeEntries(bytes);
  if (damagedBytes > 0)
    findings.wrong('ledger', `${damagedBytes} bytes in it belong to no sound entry: it is damaged.`);
  if (tornBytes > 0) findings.wrong('torn', `It ends in the middle of an entry: ${tornBytes} bytes are left of that.`);
  checkOrder(entries, findings);
  return entries;
}

/** What the ledger says of each file, with how many records each step brought. */
function stepsIn(entries: readonly LedgerEntry[]): ReadonlyMap<string, readonly LedgerStep[]> {
  const standing = withoutLateMarks(entries);
  const recordsOf = new Map(
    standing.flatMap(({ files = [], records }) =>
      files.map((file) => [file, files.length === 1 ? records : undefined]),
    ),
  );
  const chains = [...chainsIn(standing)];
  return new Map(
    chains.map(([path, { steps }]) => [path, steps.map((step) => ({ ...step, records: recordsOf.get(step.file) }))]),
  );
}

/**
 * Pages are numbered one by one, and frames only go up, but where a spool delivers once more what a file has lost. A mark repeats what
 * stands before it.
 */
function checkOrder(entries: readonly LedgerEntry[], findings: FileFindings): void {
  let last: LedgerEntry | undefined;
  for (const entry of withoutLateMarks(entries)) {
    if (last !== undefined) {
      if (entry.isDurable !== true && entry.page !== last.page + 1) {
        findings.wrong(
          'ledger',
          `Behind page ${last.page} it tells of page ${entry.page}: what stood between is gone.`,
        );
      } else if (entry.next < last.next && entry.spooled === undefined) {
        findings.wrong('ledger', `Page ${entry.page} goes back to frame ${entry.next}, from ${last.next}.`);
      }
    }
    last = entry;
  }
}

/** The files that the ledger in a folder tells of. */
export async function filesOfLedger(folder: string): Promise<readonly string[]> {
  return [...stepsIn(await entriesIn(folder)).keys()];
}

/** The last page of a spool that the ledger in a folder says is stored, and of which spool. */
export async function spoolOfLedger(folder: string): Promise<SpoolPlace | undefined> {
  return withoutLateMarks(await entriesIn(folder)).at(-1)?.spooled;
}

async function entriesIn(folder: string): Promise<readonly LedgerEntry[]> {
  const bytes = await readFile(join(folder, LEDGER_NAME)).catch(() => Buffer.alloc(0));
  return decodeEntries(bytes).entries;
}

/** Behind the name of a file that is not finished. */
const PART = '.part';
