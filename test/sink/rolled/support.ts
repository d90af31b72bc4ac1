import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { filesIn, readManifest } from '../../../lib/manifest/manifest.js';
import type { SealedFile } from '../../../lib/manifest/manifest-entry.js';

/** What a finished file holds, line by line. */
export function linesOf(path: string): string[] {
  const bytes = readFileSync(path);
  const text = path.endsWith('.gz') ? zlib.gunzipSync(bytes) : path.endsWith('.zst') ? unzstd(bytes) : bytes;
  return text.length === 0 ? [] : text.toString().replace(/\n$/, '').split('\n');
}

/**
 * The files that the manifest of a folder tells of, each found to be what it says; and no other, but for what is not finished.
 *
 * @param isKilled a run was killed: its last line may be torn, and the file of that be there without it
 */
export function sealedFiles(folder: string, isKilled = false): readonly SealedFile[] {
  const path = join(folder, 'manifest.jsonl');
  if (!existsSync(path)) return [];
  const manifest = readManifest(readFileSync(path));
  assert.deepEqual(manifest.damage, []);
  if (!isKilled) assert.equal(manifest.torn, undefined);
  const files = [...filesIn(manifest).values()];
  for (const { path: name, records, bytes, sha256, gaps } of files) {
    const content = readFileSync(join(folder, name));
    assert.equal(content.length, bytes, name);
    assert.equal(createHash('sha256').update(content).digest('hex'), sha256, name);
    assert.equal(linesOf(join(folder, name)).length, records + gaps.count, name);
  }
  const known = new Set(files.map((file) => file.path));
  const others = allFiles(folder).filter((name) => !known.has(name) && !OURS.test(name));
  if (!isKilled) assert.deepEqual(others, [], 'files that no line of the manifest tells of');
  return files;
}

/** All files below a folder, from there on. */
export function allFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function unzstd(bytes: Buffer): Buffer {
  return (zlib as unknown as { zstdDecompressSync(data: Buffer): Buffer }).zstdDecompressSync(bytes);
}

const OURS = /^\.spillway\/|^manifest\.jsonl(\.torn)?$|\.part(\.torn|\.bad)?$/;
