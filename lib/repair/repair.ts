import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { filesOfLedger } from '../audit/audit-state.js';
import { LEDGER_NAME, type Target, targetsAt } from '../audit/targets.js';
import { ifThere } from '../internal/if-there.js';
import { filesIn, MANIFEST_NAME, readManifest } from '../manifest/manifest.js';
import { explainFileFailure } from '../sink/file-failure.js';
import { mendFile } from './mend-file.js';
import { mendManifest } from './mend-manifest.js';
import { mendState } from './mend-state.js';
import type { RepairListener } from './repair-listener.js';

/** What all came to. */
export interface RepairSummary {
  /** Files, ledgers and manifests that needed nothing. */
  readonly sound: number;
  /** Things that were done, or would be. */
  readonly actions: number;
  /** Things that cannot be mended. */
  readonly refused: number;
}

/**
 * Mends files, folders, manifests and states: torn ends are cut off, damaged lines are taken out, ledgers and manifests are made to tell what is there. No sound
 * line is lost, and what is taken away is kept beside. It rejects for nothing that it finds.
 *
 * @param isDryRun only says what would be done
 */
export async function repair(
  paths: readonly string[],
  isDryRun: boolean,
  listener: RepairListener,
): Promise<RepairSummary> {
  const tally = new Tally(listener);
  const targets: Target[] = [];
  for (const path of paths) {
    const before = targets.length;
    for await (const target of targetsAt(path)) targets.push(target);
    if (targets.length === before)
      tally.refused({
        file: path,
        message: 'There is nothing in it that could be mended: no JSON lines, no manifest and no ledger.',
      });
  }
  const byLedger = new Set<string>();
  for (const target of targets) {
    const files = target.kind === 'state' ? await filesOfLedger(target.folder) : [];
    for (const file of files) byLedger.add(await realPathOf(file));
  }
  for (const target of targets) await mend(target, { isDryRun, byLedger, tally });
  const { summary } = tally;
  return summary;
}

interface Surroundings {
  readonly isDryRun: boolean;
  /** Files that are mended with their ledger. */
  readonly byLedger: ReadonlySet<string>;
  readonly tally: Tally;
}

async function mend(target: Target, { isDryRun, byLedger, tally }: Surroundings): Promise<void> {
  switch (target.kind) {
    case 'file': {
      if (byLedger.has(await realPathOf(target.path))) return;
      const owner = await manifestOf(target.path);
      if (owner === undefined) await mendFile(target.path, { isDryRun }, tally);
      else
        tally.refused({ file: target.path, message: `The manifest in ${owner} vouches for it: repair that folder.` });
      return;
    }
    case 'state':
      return mendState(target.folder, isDryRun, tally);
    case 'spool':
      return mendSpool(target.folder, isDryRun, tally);
    case 'manifest':
      return mendManifest(target.folder, isDryRun, tally);
    case 'refused': {
      const [reason, advice] = explainFileFailure(target.cause);
      tally.refused({ file: target.path, message: `It cannot be mended: ${reason}. ${advice}` });
      return;
    }
    case 'left_out':
      return;
  }
}

/** Its ledger alone: of a damaged segment the next run delivers what is sound, tells the rest as a gap, and keeps it as `.bad`. */
async function mendSpool(folder: string, isDryRun: boolean, tally: Tally): Promise<void> {
  const hasLedger = (await ifThere(stat(join(folder, LEDGER_NAME)))) !== undefined;
  if (hasLedger) await mendState(folder, isDryRun, tally);
  else tally.sound(folder);
}

/** The nearest folder above a file whose manifest names it. */
async function manifestOf(path: string): Promise<string | undefined> {
  const file = resolve(path);
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const bytes = await readFile(join(folder, MANIFEST_NAME)).catch(() => undefined);
    if (bytes !== undefined && filesIn(readManifest(bytes)).has(relative(folder, file).split(sep).join('/')))
      return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

function realPathOf(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** Counts what its listener is told. */
class Tally implements RepairListener {
  readonly #listener: RepairListener;
  #sound = 0;
  #actions = 0;
  #refused = 0;

  constructor(listener: RepairListener) {
    this.#listener = listener;
  }

  get summary(): RepairSummary {
    return { sound: this.#sound, actions: this.#actions, refused: this.#refused };
  }

  acted(action: Parameters<RepairListener['acted']>[0]): void {
    this.#actions += 1;
    this.#listener.acted(action);
  }

  refused(refusal: Parameters<RepairListener['refused']>[0]): void {
    this.#refused += 1;
    this.#listener.refused(refusal);
  }

  sound(file: string): void {
    this.#sound += 1;
    this.#listener.sound(file);
  }

  progress(file: string, read: number, size: number): void {
    this.#listener.progress(file, read, size);
  }
}
