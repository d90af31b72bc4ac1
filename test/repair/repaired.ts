import { type RepairSummary, repair } from '../../lib/repair/repair.js';
import type { RepairAction, RepairRefusal } from '../../lib/repair/repair-listener.js';

/** What a repair came to. */
export interface Repaired {
  readonly actions: readonly RepairAction[];
  readonly refusals: readonly RepairRefusal[];
  /** What needed nothing. */
  readonly sound: readonly string[];
  /** How far it was read, file by file. */
  readonly progress: readonly (readonly [file: string, read: number, size: number])[];
  readonly summary: RepairSummary;
}

/** Repairs paths, and keeps what was told. */
export async function repaired(paths: string | readonly string[], isDryRun = false): Promise<Repaired> {
  const actions: RepairAction[] = [];
  const refusals: RepairRefusal[] = [];
  const sound: string[] = [];
  const progress: [string, number, number][] = [];
  const summary = await repair([paths].flat(), isDryRun, {
    acted: (action) => void actions.push(action),
    refused: (refusal) => void refusals.push(refusal),
    sound: (file) => void sound.push(file),
    progress: (...read) => void progress.push(read),
  });
  return { actions, refusals, sound, progress, summary };
}
