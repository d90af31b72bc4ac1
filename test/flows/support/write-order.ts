import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { decodeHead } from '../../../lib/spool/entry.js';
import { firstPageOf } from '../../../lib/spool/segment.js';
import { decodeEntries, type LedgerEntry } from '../../../lib/state/ledger-entry.js';
import type { DiskCall } from './faulty-disk.js';

/** Where a run keeps what. */
export interface Places {
  /** The folder of the state; without one the spool has the only ledger. */
  readonly state?: string | undefined;
  readonly spool?: string | undefined;
  /** Whether each page is forced to the disk before it is acknowledged. */
  readonly isForcedEachPage?: boolean;
}

/** The calls that a run on a faulty disk has written down. */
export function callsIn(trace: string): readonly DiskCall[] {
  const lines = readFileSync(trace, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as DiskCall);
}

/**
 * Holds the calls of a whole run against the order in which a disk has to get them, whatever a power failure leaves of the last ones.
 *
 * @returns what was out of order, as sentences
 */
export function outOfOrder(calls: readonly DiskCall[], places: Places): readonly string[] {
  const check = new WriteOrder(places);
  for (const call of calls) check.take(call);
  check.end();
  return check.breaches;
}

/** A file as the system has it, and how much of it the disk has. */
interface Known {
  size: number;
  forced: number;
  /** Of a ledger, what it tells, and where each entry ends. */
  readonly entries: { readonly entry: LedgerEntry; readonly end: number }[];
  /** Of a segment: its last page, and whether its sum is written. */
  last?: number;
  isFinished?: boolean;
}

class WriteOrder {
  readonly breaches: string[] = [];
  readonly #places: Places;
  readonly #files = new Map<string, Known>();
  /** Names that their folder was not forced for. */
  readonly #unforcedNames = new Set<string>();
  /** Parts that were removed, and may be back after a power failure. */
  readonly #goneParts = new Set<string>();
  /** Parts that have become files. */
  readonly #sealed = new Set<string>();
  /** Files of which the manifest says that they are removed. */
  readonly #removed = new Set<string>();
  /** Files that have their name, and no line in the manifest. */
  readonly #unlisted = new Set<string>();
  /** Files of records that were written to. */
  readonly #begun = new Set<string>();
  /** How large files of records were when a page of a spool was stored, by its number. */
  readonly #sizesAt = new Map<number, ReadonlyMap<string, number>>();

  constructor(places: Places) {
    this.#places = places;
  }

  take(call: DiskCall): void {
    const { path } = call;
    switch (call.call) {
      case 'made':
        this.#files.set(path, { size: 0, forced: 0, entries: [] });
        this.#sealed.delete(path);
        this.#unforcedNames.add(path);
        return;
      case 'written':
        this.#written(call);
        return;
      case 'cut': {
        this.#beforeCut(path, call.end);
        if (kindOf(path) === 'intent') this.#beforeForgotten();
        const file = this.#at(path, call.end);
        file.size = Math.min(file.size, call.end);
        file.forced = Math.min(file.forced, call.end);
        if (call.end === 0) file.entries.length = 0;
        return;
      }
      case 'forced':
        if (call.end !== undefined) {
          const file = this.#at(path, call.end);
          file.forced = Math.max(file.forced, Math.min(call.end, file.size));
        } else this.#namesForced(path);
        return;
      case 'renamed':
        this.#beforeRename(path, call.to, call.size);
        this.#files.set(call.to, this.#at(path, call.size));
        this.#files.delete(path);
        this.#unforcedNames.delete(path);
        this.#unforcedNames.add(call.to);
        return;
      case 'removed':
        this.#beforeRemoval(path);
        if (path.endsWith('.part')) this.#goneParts.add(path);
        this.#files.delete(path);
        this.#unforcedNames.delete(path);
    }
  }

  /** A run that ends well leaves nothing that the disk lacks. */
  end(): void {
    for (const folder of [this.#places.state, this.#places.spool]) {
      const path = folder && join(folder, 'ledger');
      const ledger = path && this.#files.get(path);
      if (path === undefined || !ledger) continue;
      if (ledger.forced < ledger.size) this.#breach(`the run ended, and its ledger is not all on the disk: ${path}`);
      if (this.#unforcedNames.has(path))
        this.#breach(`the run ended, and the name of its ledger is not on the disk: ${path}`);
      const last = ledger.entries.at(-1)?.entry;
      if (last !== undefined && last.isDurable !== true)
        this.#breach(`the run ended, and no mark stands behind its last page: ${path}`);
    }
  }

  #written({ path, start, end, bytes: text }: Extract<DiskCall, { call: 'written' }>): void {
    const bytes = Buffer.from(text, 'base64');
    const kind = kindOf(path);
    if (kind === 'records' && !this.#begun.has(path)) this.#beforeFirst(path, start);
    const file = this.#at(path, start);
    file.size = Math.max(file.size, end);
    if (kind === 'segment') {
      const head = decodeHead(bytes, 0);
      if (head?.kind === 'end') file.isFinished = true;
      else if (head !== undefined) file.last = head.page;
    }
    if (kind === 'ledger') {
      for (const entry of decodeEntries(bytes).entries) {
        this.#checkEntry(entry, path);
        file.entries.push({ entry, end });
      }
    }
    if (kind === 'manifest') this.#checkManifestLines(path, bytes);
  }

  #namesForced(folder: string): void {
    for (const names of [this.#unforcedNames, this.#goneParts]) {
      for (const name of names) if (dirname(name) === folder) names.delete(name);
    }
  }

  /** What parts are to become is forgotten. */
  #beforeForgotten(): void {
    for (const part of this.#goneParts)
      this.#breach(`a part may come back, and nothing says what became of it: ${part}`);
  }

  #beforeFirst(path: string, start: number): void {
    this.#begun.add(path);
    const { state } = this.#places;
    if (state === undefined) return;
    const ledger = this.#files.get(join(state, 'ledger'));
    // Whoever finds a part that no ledger knows of takes it for one of no state.
    const isKnown = ledger?.entries.some(({ entry, end }) => {
      return end <= ledger.forced && entry.files?.some((file) => file.path === path && file.end === start);
    });
    if (isKnown !== true) this.#breach(`a file is begun that no ledger on the disk knows of: ${path}`);
    if (path.endsWith('.part') && this.#unforcedNames.has(path))
      this.#breach(`a part is written to whose name is not on the disk: ${path}`);
  }

  #checkEntry(entry: LedgerEntry, path: string): void {
    const { files = [], isDurable = false, spooled } = entry;
    if (dirname(path) === this.#places.spool) {
      if (spooled !== undefined && this.#places.state === undefined) this.#checkSpoolEntry(spooled.page, isDurable);
      return;
    }
    for (const { path: name, start, end } of files) {
      const file = this.#files.get(name);
      if (!isDurable && end > start && this.#sealed.has(name))
        this.#breach(`a file was finished before its last page was acknowledged: ${name}`);
      // It was there before, or is finished by now.
      if (file === undefined) continue;
      if (!isDurable && end > start && file.size < end)
        this.#breach(`an entry tells of bytes that are not written: ${name}`);
      const isForced = file.forced >= end;
      if (isDurable && !isForced) this.#breach(`a mark tells of bytes that are not on the disk: ${name}`);
      if (isDurable && this.#unforcedNames.has(name))
        this.#breach(`a mark tells of a file whose name is not on the disk: ${name}`);
      if (this.#places.isForcedEachPage === true && end > start && !isForced) {
        this.#breach(`a page is acknowledged that is not on the disk: ${name}`);
      }
    }
  }

  /** Without a state the ledger of a spool tells of pages alone. */
  #checkSpoolEntry(page: number, isDurable: boolean): void {
    if (!isDurable) {
      const sizes = [...this.#files]
        .filter(([path]) => kindOf(path) === 'records')
        .map(([path, { size }]) => [path, size] as const);
      this.#sizesAt.set(page, new Map(sizes));
      return;
    }
    for (const [path, size] of this.#sizesAt.get(page) ?? []) {
      if ((this.#files.get(path)?.forced ?? size) < size)
        this.#breach(`a mark tells of a page that is not on the disk: ${path}`);
    }
  }

  #checkManifestLines(path: string, bytes: Buffer): void {
    for (const line of bytes.toString().trimEnd().split('\n')) {
      const { event, path: name } = JSON.parse(line) as { event: string; path: string };
      const file = join(dirname(path), name);
      this.#unlisted.delete(file);
      if (event === 'removed') this.#removed.add(file);
      if (event === 'sealed' && (!this.#files.has(file) || this.#unforcedNames.has(file))) {
        this.#breach(`the manifest tells of a file whose name is not on the disk: ${name}`);
      }
    }
  }

  #beforeCut(path: string, end: number): void {
    const { state } = this.#places;
    const file = this.#files.get(path);
    if (kindOf(path) !== 'records' || state === undefined || (file !== undefined && file.size <= end)) return;
    const aside = this.#files.get(`${path}.torn`);
    if (aside === undefined || aside.size === 0 || aside.forced < aside.size) {
      this.#breach(`an end is cut off before the disk has it elsewhere: ${path}`);
    }
  }

  #beforeRename(path: string, to: string, size: number): void {
    const file = this.#at(path, size);
    if (basename(to) === 'ledger') {
      const [mark] = file.entries;
      if (mark !== undefined && file.forced < mark.end)
        this.#breach(`a ledger takes the place of another before it is on the disk: ${to}`);
      return;
    }
    if (!/\.part(\.sealing)?$/.test(path)) return;
    this.#unlisted.add(to);
    if (file.forced < size) this.#breach(`a file gets its name before it is on the disk: ${to}`);
    const [name = '', intent] = [...this.#files].find(([name]) => basename(name) === 'sealing.json') ?? [];
    if (!intent?.size || intent.forced < intent.size || this.#unforcedNames.has(name)) {
      this.#breach(`a file gets its name before the disk has what it is to become: ${to}`);
    }
    const { state } = this.#places;
    const ledger = state && this.#files.get(join(state, 'ledger'));
    if (!ledger) return;
    const part = path.replace(/\.sealing$/, '');
    this.#sealed.add(part);
    const newest = ledger.entries.findLast(({ entry }) => entry.files?.some((one) => one.path === part));
    if (newest !== undefined && newest.end > ledger.forced) {
      this.#breach(`a file gets its name before the ledger on the disk says what it holds: ${to}`);
    }
  }

  #beforeRemoval(path: string): void {
    const kind = kindOf(path);
    const file = this.#files.get(path);
    if (kind === 'segment') this.#beforeSegmentGoes(path, file);
    const isOfSealing = kind === 'intent' || kind === 'records';
    if (!isOfSealing || file?.size === 0) return;
    const manifest = [...this.#files].find(([name]) => kindOf(name) === 'manifest')?.[1];
    const isFinished = kind === 'records' && !path.endsWith('.part');
    if (isFinished && !this.#removed.has(path)) this.#breach(`a file goes before the manifest says so: ${path}`);
    if (manifest !== undefined && (manifest.forced < manifest.size || this.#unlisted.size > 0)) {
      this.#breach(`what a file was made of goes before the disk has its line in the manifest: ${path}`);
    }
  }

  #beforeSegmentGoes(path: string, file: Known | undefined): void {
    if (file?.last === undefined) return;
    if (file.isFinished === true && file.forced < file.size)
      this.#breach(`a segment is finished and not on the disk: ${path}`);
    const { state, spool } = this.#places;
    const ledgerPath = join((state ?? spool) as string, 'ledger');
    const ledger = this.#files.get(ledgerPath);
    // Without a state only a mark is sure.
    const isSure = ({ entry, end }: Known['entries'][number]): boolean =>
      end <= ledger!.forced && (state !== undefined || entry.isDurable === true);
    const stored = (ledger?.entries ?? []).filter(isSure).map(({ entry }) => entry.spooled?.page ?? 0);
    if (Math.max(0, ...stored) < file.last || this.#unforcedNames.has(ledgerPath)) {
      this.#breach(`a segment goes before the disk knows that its pages are stored: ${path}`);
    }
  }

  /** @param size of one that was there before, on the disk */
  #at(path: string, size: number): Known {
    let file = this.#files.get(path);
    if (file === undefined) this.#files.set(path, (file = { size, forced: size, entries: [] }));
    return file;
  }

  #breach(problem: string): void {
    this.breaches.push(problem);
  }
}

function kindOf(path: string): 'ledger' | 'segment' | 'manifest' | 'intent' | 'records' | 'other' {
  const name = basename(path);
  if (name === 'ledger' || name === 'ledger.new') return 'ledger';
  if (firstPageOf(name) !== undefined) return 'segment';
  if (name === 'manifest.jsonl') return 'manifest';
  if (name === 'sealing.json') return 'intent';
  return /\.jsonl(\.gz)?(\.part)?$/.test(name) ? 'records' : 'other';
}
