import { readdirSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledOf } from '../../test/compile.js';

/** For each file that was loaded, from the root, the lines in it that never ran. */
export type IdleLines = Readonly<Record<string, readonly number[]>>;

export interface Lines {
  readonly file: string;
  readonly line: number;
  readonly lastLine: number;
}

interface Coverage {
  readonly result: readonly Script[];
  readonly 'source-map-cache'?: Readonly<Record<string, MapEntry | undefined>>;
}

interface Script {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface MapEntry {
  readonly lineLengths: readonly number[];
  readonly data: SourceMapPayload | null;
}

/**
 * Reads what V8 wrote into a folder (`NODE_V8_COVERAGE`), one file for each process of a test. When in doubt a line ran:
 * that takes a run of a test more, while the other error would leave one out.
 */
export function idleLinesIn(folder: string, root: string): IdleLines {
  const idle = new Map<string, Set<number>>();
  for (const name of readdirSync(folder)) {
    const coverage = read(join(folder, name));
    if (coverage === undefined) continue;
    for (const script of coverage.result) {
      if (!script.url.startsWith('file:')) continue;
      const file = sourceOf(fileURLToPath(script.url), root);
      if (file === undefined) continue;
      const lines = idleLinesOf(script, coverage['source-map-cache']?.[script.url]);
      const others = idle.get(file);
      idle.set(file, others === undefined ? lines : new Set([...lines].filter((line) => others.has(line))));
    }
  }
  return Object.fromEntries([...idle].map(([file, lines]) => [file, [...lines]]));
}

/** Whether any line of some lines ran. */
export function isCovered(idle: IdleLines, { file, line, lastLine }: Lines): boolean {
  const lines = idle[file];
  if (lines === undefined) return false;
  // Of a block, its inner lines say it.
  const [from, to] = lastLine - line > 1 ? [line + 1, lastLine - 1] : [line, lastLine];
  for (let at = from; at <= to; at += 1) if (!lines.includes(at)) return true;
  return false;
}

/** What one process has written: nothing of use when it was killed meanwhile. */
function read(path: string): Coverage | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Coverage;
  } catch {
    return undefined;
  }
}

/** The file of lib/ that a program is, or was compiled from. */
function sourceOf(path: string, root: string): string | undefined {
  const folder = [compiledOf(root), root].find((one) => path.startsWith(join(one, 'lib/')));
  return folder && path.slice(folder.length + 1).replace(/\.js$/, '.ts');
}

function idleLinesOf(script: Script, entry: MapEntry | undefined): Set<number> {
  const lines = new Set<number>();
  if (entry?.data == null) return lines;
  const map = new SourceMap(entry.data);
  for (const { ranges } of script.functions) {
    for (const { startOffset, endOffset, count } of ranges) {
      if (count > 0) continue;
      const from = originalLine(map, entry.lineLengths, startOffset);
      // What stands behind it may come from anywhere.
      const to = originalLine(map, entry.lineLengths, endOffset - 1);
      if (from === undefined || to === undefined) continue;
      for (let line = from + 1; line < to; line += 1) lines.add(line);
    }
  }
  return lines;
}

/** The line, from 1, from which the code at an offset comes. */
function originalLine(map: SourceMap, lineLengths: readonly number[], offset: number): number | undefined {
  let line = 0;
  while (line < lineLengths.length - 1 && offset > lineLengths[line]!) offset -= lineLengths[line++]! + 1;
  const found = map.findEntry(line, offset);
  return 'originalLine' in found ? found.originalLine + 1 : undefined;
}
