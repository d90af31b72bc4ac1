import { realpath } from 'node:fs/promises';
import type { SpoolPlace } from '../batch/spool-place.js';
import type { SequenceOptions } from '../connect/options/intake-options.js';
import { auditFile, unreadable } from './audit-file.js';
import { auditManifest } from './audit-manifest.js';
import { auditSpool } from './audit-spool.js';
import { auditState, filesOfLedger, spoolOfLedger } from './audit-state.js';
import type { AuditListener, FindingKind } from './finding.js';
import { NumberAudit } from './number-audit.js';
import { type AuditSummary, Tally } from './tally.js';
import { type Target, targetsAt } from './targets.js';

/** What an audit looks at besides. */
export interface AuditOptions {
  /** Where the feed numbers its records, as they are stored. @default its numbers are not looked at */
  readonly sequence?: SequenceOptions | undefined;
}

/**
 * Looks at files, folders, manifests and states, in this order, then at spools, whose records come behind theirs, and changes nothing: is every
 * line JSON, and whole; do the gap lines make sense; is each file what its ledger or manifest says, and each page what was written. It
 * streams, and rejects for nothing that it finds.
 *
 * @throws {ConfigError} when a path of `sequence` cannot be read
 */
export async function audit(
  paths: readonly string[],
  { sequence }: AuditOptions,
  listener: AuditListener,
): Promise<AuditSummary> {
  const numbers = sequence === undefined ? undefined : new NumberAudit(sequence);
  const tally = new Tally(listener);
  const targets: Target[] = [];
  for (const path of paths) {
    const before = targets.length;
    for await (const target of targetsAt(path)) targets.push(target);
    if (targets.length === before) tally.found({ kind: 'nothing', isWrong: true, file: path, message: NOTHING });
  }
  const byLedger = await filesOfLedgers(targets);
  const stored = await storedOfSpools(targets);
  const look = async (target: Target): Promise<void> => {
    const tell = (kind: FindingKind, file: string, message: string): void =>
      tally.found({ kind, isWrong: kind !== 'left_out', file, message });
    const course = { lastGap: undefined, numbers };
    switch (target.kind) {
      case 'file':
        // With its ledger it is looked at where that is.
        if (byLedger.has(await realPathOf(target.path))) return;
        await auditFile({ path: target.path, course, isInUse: target.path.endsWith('.part') }, tally);
        return;
      case 'state':
        await auditState(target.folder, course, tally);
        return;
      case 'spool':
        await auditSpool(target.folder, { course, listener: tally, stored });
        return;
      case 'manifest':
        await auditManifest(target.folder, course, tally, look);
        return;
      case 'refused':
        tell('unreadable', target.path, unreadable(target.cause));
        return;
      case 'left_out':
        tell('left_out', target.path, `It was not looked at: ${target.why}.`);
        return;
    }
  };
  for (const target of spoolsLast(targets)) await look(target);
  return tally.summary;
}

function spoolsLast(targets: readonly Target[]): readonly Target[] {
  const isSpool = ({ kind }: Target): boolean => kind === 'spool';
  return [...targets.filter((target) => !isSpool(target)), ...targets.filter(isSpool)];
}

/** How far spools are stored, as the states among these say it. */
async function storedOfSpools(targets: readonly Target[]): Promise<readonly SpoolPlace[]> {
  const stored: SpoolPlace[] = [];
  for (const target of targets) {
    const place = target.kind === 'state' ? await spoolOfLedger(target.folder) : undefined;
    if (place !== undefined) stored.push(place);
  }
  return stored;
}

async function filesOfLedgers(targets: readonly Target[]): Promise<ReadonlySet<string>> {
  const files = new Set<string>();
  for (const target of targets) {
    const paths = target.kind === 'state' ? await filesOfLedger(target.folder) : [];
    for (const path of paths) files.add(await realPathOf(path));
  }
  return files;
}

function realPathOf(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

const NOTHING = 'There is nothing in it that could be looked at: no JSON lines, no manifest, no ledger and no spool.';
