import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpoolPlace } from '../batch/spool-place.js';
import { systemClock } from '../internal/clock.js';
import { isLocked } from '../internal/folder-lock.js';
import { ifThere } from '../internal/if-there.js';
import { firstPageOf } from '../spool/segment.js';
import { SpoolNames } from '../spool/spool-names.js';
import { withoutLateMarks } from '../state/ledger-entry.js';
import { unreadable } from './audit-file.js';
import { checkedEntries } from './audit-state.js';
import { FileFindings } from './file-findings.js';
import type { AuditListener } from './finding.js';
import type { Course } from './line-audit.js';
import { PageOrder } from './page-order.js';
import { auditSegment } from './segment-audit.js';
import { LEDGER_NAME } from './targets.js';

/** What is known beside a spool. */
export interface SpoolSurroundings {
  readonly course: Course;
  readonly listener: AuditListener;
  /** How far spools are stored, as states say it. */
  readonly stored: readonly SpoolPlace[];
}

/**
 * Looks at the folder of a spool: the checksums of each page, their order over all segments, what each segment says of itself at its end, the
 * ledger, and whether all is there that the sink has not stored. Of the pages that it has not, each line is looked at, too.
 */
export async function auditSpool(folder: string, surroundings: SpoolSurroundings): Promise<void> {
  const { listener } = surroundings;
  const findings = new FileFindings(folder, listener);
  try {
    findings.isInUse = await isLocked(folder, systemClock);
    await lookAt(folder, surroundings, findings);
  } catch (cause) {
    findings.wrong('unreadable', unreadable(cause));
  } finally {
    findings.close();
  }
}

async function lookAt(folder: string, surroundings: SpoolSurroundings, findings: FileFindings): Promise<void> {
  const { course, listener, stored } = surroundings;
  const { isInUse } = findings;
  // Before the ledger: what goes meanwhile is stored by then.
  const names = (await readdir(folder)).sort();
  const spoolNames = await SpoolNames.known(folder);
  if (spoolNames === undefined) findings.wrong('spool', NAMELESS);
  const ofLedger = await storedByLedger(join(folder, LEDGER_NAME), { names: spoolNames, isInUse, listener });
  const known = [ofLedger, ...stored.map((place) => spoolNames?.pageAt(place))].filter((page) => page !== undefined);
  const acknowledged = known.length === 0 ? undefined : Math.max(...known);
  const order = new PageOrder(acknowledged);
  const segments = names.filter((name) => firstPageOf(name) !== undefined);
  const waiting = { pages: 0, records: 0, bytes: 0 };
  for (const name of segments) {
    const segment = { path: join(folder, name), name, isLast: name === segments.at(-1), isInUse, order, course };
    const found = await auditSegment({ ...segment, acknowledged: acknowledged ?? 0 }, listener);
    waiting.pages += found.pages;
    waiting.records += found.records;
    waiting.bytes += found.bytes;
  }
  if (waiting.pages > 0) {
    const { pages, records, bytes } = waiting;
    const message = `${records} records in ${pages} pages (${bytes} bytes) wait for the sink: the next run delivers them first.`;
    findings.note('backlog', message);
  }
  for (const name of names.filter((one) => /^seg-\d{16}\.spool\.bad(\.\d+)?$/.test(one))) {
    findings.note('left_out', `A run has set a damaged segment aside: ${name}. It was not looked at.`);
  }
}

interface LedgerSurroundings {
  /** What the spool is called. */
  readonly names: SpoolNames | undefined;
  readonly isInUse: boolean;
  readonly listener: AuditListener;
}

/** The number of the last page that is stored, as the spool's own ledger says it. */
async function storedByLedger(
  path: string,
  { names, isInUse, listener }: LedgerSurroundings,
): Promise<number | undefined> {
  const findings = new FileFindings(path, listener);
  findings.isInUse = isInUse;
  try {
    const bytes = await ifThere(readFile(path));
    if (bytes === undefined) return undefined;
    const entries = withoutLateMarks(checkedEntries(bytes, findings));
    let page: number | undefined;
    for (const { spooled } of entries) {
      if (spooled === undefined) continue;
      if (names !== undefined && names.pageAt(spooled) === undefined)
        findings.wrong('ledger', `It tells of another spool, ${spooled.id}.`);
      if (page !== undefined && spooled.page < page) {
        findings.wrong('ledger', `It goes back to page ${spooled.page} of the spool, from ${page}.`);
      }
      page = spooled.page;
    }
    return page;
  } catch (cause) {
    findings.wrong('unreadable', unreadable(cause));
    return undefined;
  } finally {
    findings.close();
  }
}

const NAMELESS =
  'The file `id`, which has its name, is not there or damaged: the next run gives it another one, and what a state knows of it counts for nothing.';
