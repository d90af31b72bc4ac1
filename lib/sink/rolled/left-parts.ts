import { appendFile, stat, truncate } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { KeptFiles } from '../../batch/sink-position.js';
import { ifThere } from '../../internal/if-there.js';
import { examineEnd } from '../file/examine-end.js';
import { tornBytes } from '../file/file-end.js';
import { setAside, TornFile } from '../file/set-aside.js';
import { findParts } from './find-parts.js';
import { PART_SUFFIX, PartFile, readFacts } from './part-file.js';
import type { PathTemplate } from './path-template.js';
import type { RolledNotices } from './rolled-notices.js';
import type { FinishedPart } from './sealer.js';
import { keyOf, type Share } from './spread.js';

/** What runs before this one have left in a folder. */
export interface LeftParts {
  /** Parts that this run can go on with: a state has kept what they hold. */
  readonly goingOn: readonly PartFile[];
  /** Parts that are to be finished as they are. */
  readonly finished: readonly FinishedPart[];
  /** Paths of parts that a state knows, and that are not there any more. */
  readonly gone: readonly string[];
}

/**
 * Looks for parts of earlier runs. Those that a state has kept end where they were acknowledged; of others an end that is torn is cut off,
 * and kept beside.
 *
 * @param isSealed whether there is a finished file of this name, which a part has become
 */
export async function leftParts(
  folder: string,
  template: PathTemplate,
  state: KeptFiles | undefined,
  isSealed: (name: string) => boolean,
  notices: RolledNotices,
): Promise<LeftParts> {
  const kept = new Map(state?.files);
  const goingOn = new Map<string, PartFile>();
  const finished: FinishedPart[] = [];
  const gone: string[] = [];
  const names = new Set(await findParts(folder, template));
  for (const path of kept.keys()) {
    const name = nameIn(folder, path);
    if (name !== undefined) names.add(name);
    // Nobody else would ever say so.
    else if ((await ifThere(stat(path))) !== undefined) notices.elsewhere(path);
  }
  for (const name of inOrder(names, template)) {
    const path = resolve(folder, name + PART_SUFFIX);
    const size = (await ifThere(stat(path)))?.size;
    const known = kept.get(path);
    if (size === undefined || known === undefined) {
      if (known !== undefined) gone.push(path);
      // What has the suffix of a part may be a finished file, which is called so.
      const isPart = size !== undefined && !isSealed(name + PART_SUFFIX);
      if (isPart) finished.push(...(await mended(path, name, notices)));
      if (known !== undefined && known.end > 0 && !isSealed(name))
        notices.gone(path, readFacts(known.facts).facts.records);
      continue;
    }
    const part = partOf(name, path, size, known.facts);
    const before = goingOn.get(part.place.key);
    const isOurs = template.baseOf(name) === nameNow(template, part.place);
    if (isOurs) goingOn.set(part.place.key, part);
    if (before !== undefined || !isOurs) finished.push(finishedOf(isOurs ? before! : part));
  }
  return { goingOn: [...goingOn.values()], finished, gone };
}

/** By the time that they are of, and then as they were begun: in this order they are sealed, so that the manifest tells of them in the order of the feed. */
function inOrder(names: Iterable<string>, template: PathTemplate): string[] {
  const keyed = Array.from(names, (name) => ({
    name,
    time: template.timeOf(name),
    number: template.numberOf(name) ?? 0,
  }));
  keyed.sort((a, b) => a.time - b.time || a.number - b.number || (a.name < b.name ? -1 : 1));
  return keyed.map(({ name }) => name);
}

function partOf(name: string, path: string, size: number, given: object): PartFile {
  const { facts, names, slot } = readFacts(given);
  return new PartFile({ name, path, key: keyOf(slot, names), names, slot }, facts, size);
}

function finishedOf({ place, facts, size }: PartFile): FinishedPart {
  return { name: place.name, path: place.path, facts, size, isOld: true };
}

/** What the path calls such a file by now; nothing where it has other fields. */
function nameNow(template: PathTemplate, { names, slot }: Pick<Share, 'names' | 'slot'>): string | undefined {
  const time = Number.isFinite(slot.from) ? slot.from : 0;
  return names.length === template.fields.length ? template.nameOf(time, names, 0) : undefined;
}

/** A part of which nobody has kept what it holds, without its torn end. */
async function mended(path: string, name: string, notices: RolledNotices): Promise<FinishedPart[]> {
  const end = await examineEnd(path, { compression: 'none', pretty: false });
  if (end.kind === 'bad') {
    await setAside(path);
    return [];
  }
  const aside = new TornFile(path);
  if (end.kind === 'torn') {
    if (!Buffer.isBuffer(end.torn)) await aside.keepRange(path, end.torn.from, end.torn.to);
    await truncate(path, end.keep);
  }
  await appendFile(path, end.kind === 'torn' ? end.ending : end.lead);
  const bytes = end.kind === 'torn' ? tornBytes(end) : 0;
  notices.leftOver(path, bytes === 0 ? undefined : { bytes, aside: aside.path });
  return [{ name, path, size: (await stat(path)).size, facts: undefined, isOld: true }];
}

/** What a part at this path is to be called, if it is in the folder. */
function nameIn(folder: string, path: string): string | undefined {
  const start = join(resolve(folder), 'x').slice(0, -1);
  if (!path.startsWith(start) || !path.endsWith(PART_SUFFIX)) return undefined;
  const name = path.slice(start.length, -PART_SUFFIX.length);
  return process.platform === 'win32' ? name.replaceAll('\\', '/') : name;
}
