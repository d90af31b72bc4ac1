import { copyFile, mkdir, open, readFile, realpath, rename } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { targetsBeside } from '../audit/targets.js';
import { syncFile, syncFolder } from '../internal/force-to-disk.js';
import { filesIn, MANIFEST_NAME, type Manifest, OWN_FOLDER, readManifest } from '../manifest/manifest.js';
import type { ManifestEntry, SealedFile } from '../manifest/manifest-entry.js';
import { encodeLine, hashOfLine } from '../manifest/manifest-line.js';
import { freeName, TornFile } from '../sink/file/set-aside.js';
import { whileLocked } from './locked.js';
import { mendFile } from './mend-file.js';
import type { RepairListener } from './repair-listener.js';
import { type FactsOfFile, factsOfFile } from './sealed-facts.js';

/**
 * Mends a folder that a manifest tells of: each file that is not what was sealed, and then the manifest. A file that was mended gets a new line,
 * which counts in the place of its old one; the old one stays, so that it can be seen that there was something.
 */
export async function mendManifest(folder: string, isDryRun: boolean, listener: RepairListener): Promise<void> {
  // Where a run that rolls files has its lock; of a folder that was made otherwise there is none yet.
  const own = join(folder, OWN_FOLDER);
  if (!isDryRun) await mkdir(own, { recursive: true }).catch(() => {});
  await whileLocked(own, isDryRun, listener, () => new ManifestMend(folder, isDryRun, listener).run());
}

class ManifestMend {
  readonly #folder: string;
  readonly #path: string;
  readonly #isDryRun: boolean;
  readonly #listener: RepairListener;

  constructor(folder: string, isDryRun: boolean, listener: RepairListener) {
    this.#folder = folder;
    this.#path = join(folder, MANIFEST_NAME);
    this.#isDryRun = isDryRun;
    this.#listener = listener;
  }

  async run(): Promise<void> {
    const bytes = await readFile(this.#path);
    const manifest = readManifest(bytes);
    const files = filesIn(manifest);
    const added: SealedFile[] = [];
    const root = await realpath(this.#folder);
    for (const [name, entry] of files) added.push(...(await this.#mendSealed(name, entry, root)));
    const isDamaged = manifest.damage.length > 0 || manifest.torn !== undefined;
    for await (const target of targetsBeside(this.#folder)) {
      if (target.kind !== 'file') continue;
      const name = relative(this.#folder, target.path).split(sep).join('/');
      if (files.has(name)) continue;
      const mended = await mendFile(target.path, { isDryRun: this.#isDryRun }, this.#listener);
      // A line that told of it was lost.
      if (isDamaged && mended !== 'refused' && !name.endsWith('.part'))
        added.push({ ...UNKNOWN, path: name, ...(await this.#factsOf(name)) });
    }
    await this.#write(manifest, bytes, added);
  }

  /** Returns the new line of a file that is not what was sealed. */
  async #mendSealed(name: string, entry: SealedFile, root: string): Promise<readonly SealedFile[]> {
    const path = join(this.#folder, name);
    const real = await realpath(path).catch((cause: NodeJS.ErrnoException) => cause);
    if (typeof real !== 'string')
      return this.#refuse(path, `Its manifest names it, and it cannot be read (${real.code}).`);
    if (!real.startsWith(root + sep))
      return this.#refuse(path, 'Its manifest names it, and a link leads out of the folder.');
    const facts = await factsOfFile(path);
    const isSame = facts.bytes === entry.bytes && facts.sha256 === entry.sha256;
    if (isSame && facts.records === entry.records && facts.gaps.count === entry.gaps.count) {
      this.#listener.sound(path);
      return [];
    }
    if (!isSame) {
      const { firstSequence, lastSequence, firstReceivedAt: from, lastReceivedAt: to } = entry;
      const after = firstSequence === undefined || firstSequence === 0 ? undefined : firstSequence - 1;
      const before = lastSequence === undefined ? undefined : lastSequence + 1;
      const hidden = { at: 0, stretch: { from, to, after, before } };
      if ((await mendFile(path, { isDryRun: this.#isDryRun, hidden }, this.#listener)) === 'refused') return [];
    }
    return [{ ...entry, ...(await this.#factsOf(name)) }];
  }

  #factsOf(name: string): Promise<FactsOfFile> {
    return factsOfFile(join(this.#folder, name));
  }

  #refuse(file: string, message: string): [] {
    this.#listener.refused({ file, message });
    return [];
  }

  async #write(manifest: Manifest, bytes: Buffer, added: readonly SealedFile[]): Promise<void> {
    const { damage, torn } = manifest;
    if (damage.length === 0 && torn === undefined && added.length === 0) {
      this.#listener.sound(this.#path);
      return;
    }
    const entries = manifest.entries.map(({ entry }) => entry);
    if (damage.length > 0) await this.#writeAnew([...entries, ...added], damage.length);
    else {
      if (torn !== undefined) await this.#cut(manifest.length, bytes);
      if (!this.#isDryRun) await append(this.#path, linesOf(added, manifest.previous));
    }
    if (added.length === 0) return;
    const names = added.map(({ path }) => path);
    const shown = names.slice(0, MOST_SHOWN).join(', ') + (names.length > MOST_SHOWN ? ', …' : '');
    this.#act(
      undefined,
      `It gets ${names.length === 1 ? 'a line' : `${names.length} lines`} that tell what is in ${shown} now.`,
    );
  }

  /** Its lines follow each other again; as it was, it is kept beside. */
  async #writeAnew(entries: readonly ManifestEntry[], damaged: number): Promise<void> {
    let aside = `${this.#path}.bad`;
    if (!this.#isDryRun) {
      aside = await freeName(this.#path);
      await copyFile(this.#path, aside);
      const unfinished = `${this.#path}.repairing`;
      await append(unfinished, linesOf(entries, null), 'w');
      await rename(unfinished, this.#path);
      await syncFolder(this.#folder);
    }
    const lines = damaged === 1 ? 'One of its lines is damaged' : `${damaged} of its lines are damaged`;
    this.#act(
      aside,
      `${lines}: it is written anew with all that can be read of it. What was there before is kept as ${aside}.`,
    );
  }

  async #cut(length: number, bytes: Buffer): Promise<void> {
    const aside = new TornFile(this.#path);
    if (!this.#isDryRun) {
      await aside.keep(bytes.subarray(length));
      await syncFile(aside.path);
      const handle = await open(this.#path, 'r+');
      await handle.truncate(length).finally(() => handle.close());
    }
    this.#act(
      aside.path,
      `Its torn last line is cut off, ${bytes.length - length} bytes: they are added to ${aside.path}.`,
    );
  }

  #act(aside: string | undefined, message: string): void {
    this.#listener.acted({ kind: 'manifest', file: this.#path, aside, message });
  }
}

function linesOf(entries: readonly ManifestEntry[], previous: string | null): Buffer {
  const lines: Buffer[] = [];
  let hash = previous;
  for (const entry of entries) {
    const line = encodeLine(entry, hash);
    hash = hashOfLine(line.subarray(0, -1));
    lines.push(line);
  }
  return Buffer.concat(lines);
}

async function append(path: string, bytes: Buffer, flags: 'a' | 'w' = 'a'): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const UNKNOWN = {
  event: 'sealed',
  firstSequence: undefined,
  lastSequence: undefined,
  firstReceivedAt: undefined,
  lastReceivedAt: undefined,
} as const;
const MOST_SHOWN = 5;
