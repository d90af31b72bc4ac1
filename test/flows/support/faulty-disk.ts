/**
 * Loaded into a process before its program (`--import`): a disk that fails. All that the main thread asks of the file system below
 * a folder and that changes something there is counted; the n-th call meets a fault, as `FAULTY_DISK` says (a {@link FaultPlan} in JSON):
 *
 * - `kill`: of a write a part is done, of all else nothing, and the process is gone.
 * - `power`: the same, and what was not forced to the disk is lost, or torn, or zeros: ends of files, and names that were
 *   made, changed or removed since their folder was forced. What was lost of names is what came last.
 * - a code such as `ENOSPC` or `EIO`: the call fails with it, of a write when a part is done; so do the next ones, `lasting` of them.
 * - `none`: nothing fails.
 *
 * With `trace`, each call is written down as a line of that file, a {@link DiskCall} in JSON, in the order in which they take effect.
 *
 * Of what worker threads do, it is known only that nothing was forced to the disk, until the main thread forces it. Not seen: locks (a start waits ten seconds for one of which nobody knows whose it is), and changes in the
 * middle of a file.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { randomNumbers } from './seed.js';

/** Which call fails, and how. */
export interface FaultPlan {
  /** Calls below it are counted. */
  readonly folder: string;
  /** From 1 on. */
  readonly at: number;
  readonly fault: 'kill' | 'power' | 'EIO' | 'ENOSPC' | 'none';
  /** How many calls fail, with a code. */
  readonly lasting: number;
  readonly seed: number;
  /** The file that calls are written down in; not below `folder`. */
  readonly trace?: string;
}

/** A call that has changed something, or has forced it to the disk. */
export type DiskCall =
  | { readonly call: 'made' | 'removed'; readonly path: string }
  | { readonly call: 'renamed'; readonly path: string; readonly to: string; readonly size: number }
  /** Of the bytes, in base64, the first ones. */
  | {
      readonly call: 'written';
      readonly path: string;
      readonly start: number;
      readonly end: number;
      readonly bytes: string;
    }
  | { readonly call: 'cut'; readonly path: string; readonly end: number }
  /** The disk has all of the file that was there when this was asked for, or, of a folder, its names: `end` is undefined. */
  | { readonly call: 'forced'; readonly path: string; readonly end?: number };

/** The whole of what files are about that tell of others. */
const MOST_NOTED = 64 * 1024;
const LOCK_HOLDER = 'holder.json';

const real = { ...fs, promises: { ...fs.promises } };
const { folder, at, fault, lasting, seed, trace } = JSON.parse(process.env['FAULTY_DISK'] ?? '{}') as FaultPlan;
const random = randomNumbers(seed);
let calls = 0;

/** What the disk has for sure of a file, and what was cut off it since. */
interface Tracked {
  path: string;
  durable: number;
  cuts: { readonly from: number; readonly bytes: Buffer }[];
}
const files = new Map<number, Tracked>();
/** Changes of names that no folder was forced for, in order. */
let names: { readonly folders: readonly string[]; readonly undo: () => void }[] = [];
let kept = 0;
/** The files that were there at the start. */
const before = new Set<number>();
/** Where what names lead to is held while it may come back. */
const attic = `${folder}.attic/${process.pid}`;
/** Whether what is called now is called from here: Node's own functions call each other. */
let isOurs = false;

if (isMainThread && folder !== undefined) {
  real.mkdirSync(attic, { recursive: true });
  for (const path of filesBelow(folder)) before.add(real.statSync(path).ino);
  await install();
  syncBuiltinESMExports();
}

/** One call. `partly` does a part of it; `undefined`: it can be done as a whole. */
function met(path: string, partly: () => void): Error | undefined {
  if (isOurs || !isBelow(path)) return undefined;
  calls += 1;
  if (fault === 'none') return undefined;
  const isFailing = calls >= at && (calls < at + lasting || fault === 'kill' || fault === 'power');
  if (!isFailing) return undefined;
  isOurs = true;
  partly();
  if (fault === 'kill' || fault === 'power') {
    if (fault === 'power') losePower();
    process.kill(process.pid, 'SIGKILL');
    // The signal is there before the next instruction.
    for (;;);
  }
  isOurs = false;
  return Object.assign(new Error(`${fault}: simulated`), { code: fault, syscall: 'write', path });
}

function noted(call: DiskCall): void {
  if (trace !== undefined && !isOurs && isBelow(call.path)) real.appendFileSync(trace, `${JSON.stringify(call)}\n`);
}

function isBelow(path: string): boolean {
  // Node's loader of modules opens URLs.
  if (typeof path !== 'string') return false;
  return `${resolve(path)}/`.startsWith(`${resolve(folder)}/`) && basename(path) !== LOCK_HOLDER;
}

function losePower(): void {
  for (const path of filesBelow(folder)) {
    const { ino } = real.statSync(path);
    // Made by a worker thread.
    if (!files.has(ino) && !before.has(ino)) files.set(ino, { path, durable: 0, cuts: [] });
  }
  for (const [ino, file] of files) {
    const stats = real.statSync(file.path, { throwIfNoEntry: false });
    // Another file may have its name by now.
    if (stats?.ino !== ino) continue;
    const { size } = stats;
    if (size > file.durable) {
      const length = file.durable + random(size - file.durable + 1);
      real.truncateSync(file.path, length);
      // Blocks that were never written, of a size that was.
      if (random(3) === 0) zeros(file.path, file.durable + random(length - file.durable + 1), length);
    }
    if (size <= file.durable && random(2) === 0) {
      for (const { from, bytes } of file.cuts.reverse()) {
        real.truncateSync(file.path, from);
        real.appendFileSync(file.path, bytes);
      }
    }
  }
  for (const { undo } of names.slice(random(names.length + 1)).reverse()) undo();
}

function filesBelow(path: string): string[] {
  if (!real.existsSync(path)) return [];
  const entries = real.readdirSync(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name !== LOCK_HOLDER)
    .map((entry) => join(entry.parentPath, entry.name));
}

function zeros(path: string, from: number, to: number): void {
  const fd = real.openSync(path, 'r+');
  real.writeSync(fd, Buffer.alloc(to - from), 0, to - from, from);
  real.closeSync(fd);
}

/** From here on it is known what the disk has of a file: that which is there before anything is written. */
function track(path: string): void {
  const stats = real.statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true || !isBelow(path)) return;
  const known = files.get(stats.ino);
  if (known === undefined) files.set(stats.ino, { path, durable: stats.size, cuts: [] });
  else known.path = path;
}

function forced(path: string, stats: fs.Stats): void {
  noted({ call: 'forced', path, ...(!stats.isDirectory() && { end: stats.size }) });
  if (stats.isDirectory()) {
    const whole = resolve(path);
    names = names.filter(({ folders }) => !folders.every((one) => one === whole));
    return;
  }
  files.set(stats.ino, { path, durable: stats.size, cuts: [] });
}

function willCut(path: string, to: number): void {
  noted({ call: 'cut', path, end: to });
  track(path);
  const stats = real.statSync(path, { throwIfNoEntry: false });
  const file = stats && files.get(stats.ino);
  if (stats === undefined || file === undefined || to >= stats.size) return;
  if (to < file.durable) {
    file.cuts.push({ from: to, bytes: real.readFileSync(path).subarray(to, file.durable) });
    file.durable = to;
  }
}

function changed(paths: readonly string[], undo: () => void): void {
  names.push({ folders: paths.map((path) => dirname(resolve(path))), undo });
}

function keep(path: string): string | undefined {
  if (real.statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const name = join(attic, `${kept++}-${basename(path)}`);
  real.linkSync(path, name);
  return name;
}

function restore(name: string | undefined, path: string): void {
  if (name !== undefined) real.renameSync(name, path);
}

/** Before and after a name is made, changed or removed. */
function renamed(from: string, to: string): () => void {
  track(from);
  const old = keep(to);
  return () => {
    noted({ call: 'renamed', path: resolve(from), to: resolve(to), size: real.statSync(to).size });
    track(to);
    changed([from, to], () => {
      real.renameSync(to, from);
      restore(old, to);
    });
  };
}

function removed(path: string): () => void {
  const isThere = real.existsSync(path);
  const old = keep(path);
  return () => {
    if (isThere) noted({ call: 'removed', path: resolve(path) });
    changed([path], () => restore(old, path));
  };
}

/** Before and after a file is opened, which may make or empty it. */
function opened(path: string, flags: unknown): () => void {
  const isThere = real.existsSync(path);
  const mayMake = typeof flags === 'string' ? /[wa]/.test(flags) : (Number(flags) & fs.constants.O_CREAT) !== 0;
  if (isThere && typeof flags === 'string' && flags.startsWith('w')) willCut(path, 0);
  if (isThere) track(path);
  return () => {
    if (isThere || !mayMake) return;
    const stats = real.statSync(path, { throwIfNoEntry: false });
    if (stats?.isFile() !== true || !isBelow(path)) return;
    noted({ call: 'made', path: resolve(path) });
    files.set(stats.ino, { path, durable: 0, cuts: [] });
    changed([path], () => real.rmSync(path, { force: true }));
  };
}

function pathOf(fd: number): string {
  return real.readlinkSync(`/proc/self/fd/${fd}`).replace(/ \(deleted\)$/, '');
}

function changes(flags: unknown): boolean {
  return typeof flags === 'string' ? flags !== 'r' : typeof flags === 'number' && (flags & 3) !== 0;
}

/** A part of bytes that are to be written, as one `write` takes them. */
function part(bytes: NodeJS.ArrayBufferView | string): Buffer {
  const all =
    typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return all.subarray(0, random(all.length + 1));
}

function slice(buffer: NodeJS.ArrayBufferView | string, offset: unknown, length: unknown): Buffer {
  if (typeof buffer === 'string') return Buffer.from(buffer);
  const from = typeof offset === 'number' ? offset : 0;
  const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  return bytes.subarray(from, typeof length === 'number' ? from + length : undefined);
}

/** Before bytes are written behind a file, or from a place on. */
function willWrite(fd: number, bytes: Buffer, position?: number | null): void {
  if (trace === undefined || isOurs) return;
  const start = position ?? real.fstatSync(fd).size;
  const first = bytes.subarray(0, MOST_NOTED).toString('base64');
  noted({ call: 'written', path: pathOf(fd), start, end: start + bytes.length, bytes: first });
}

/** Calls one of Node's functions. */
function inside<T>(call: () => T): T {
  const before = isOurs;
  isOurs = true;
  try {
    return call();
  } finally {
    isOurs = before;
  }
}

function orThrow(error: Error | undefined): void {
  if (error !== undefined) throw error;
}

async function install(): Promise<void> {
  installSync();
  installPromises();
  await installHandles();
}

function installSync(): void {
  Object.assign(fs, {
    openSync(path: string, flags: string, mode?: number) {
      if (changes(flags)) orThrow(met(path, nothing));
      const after = opened(path, flags);
      const fd = inside(() => real.openSync(path, flags, mode));
      after();
      return fd;
    },
    writeSync(fd: number, buffer: Buffer, offset?: number, length?: number, position?: number) {
      const write = (): void => void real.writeSync(fd, part(slice(buffer, offset, length)), 0, undefined, position);
      if (fd > 2) {
        orThrow(met(pathOf(fd), write));
        willWrite(fd, slice(buffer, offset, length), position);
      }
      return inside(() => real.writeSync(fd, buffer, offset, length, position));
    },
    writevSync(fd: number, buffers: Buffer[], position?: number) {
      const write = (): void => {
        const some = part(Buffer.concat(buffers));
        real.writeSync(fd, some, 0, some.length, position);
      };
      orThrow(met(pathOf(fd), write));
      willWrite(fd, Buffer.concat(buffers), position);
      return inside(() => real.writevSync(fd, buffers, position));
    },
    renameSync(from: string, to: string) {
      orThrow(met(from, nothing));
      const after = renamed(from, to);
      inside(() => real.renameSync(from, to));
      after();
    },
    unlinkSync(path: string) {
      orThrow(met(path, nothing));
      const after = removed(path);
      inside(() => real.unlinkSync(path));
      after();
    },
    ftruncateSync(fd: number, length = 0) {
      orThrow(met(pathOf(fd), nothing));
      willCut(pathOf(fd), length);
      inside(() => real.ftruncateSync(fd, length));
    },
    truncateSync(path: string, length = 0) {
      orThrow(met(path, nothing));
      willCut(path, length);
      inside(() => real.truncateSync(path, length));
    },
    fsyncSync: forcing('fsyncSync'),
    fdatasyncSync: forcing('fdatasyncSync'),
    fdatasync(fd: number, done: (error: Error | null) => void) {
      try {
        fs.fdatasyncSync(fd);
        setImmediate(done, null);
      } catch (error) {
        setImmediate(done, error as Error);
      }
    },
    // What streams of files use.
    open(path: string, flags: string, mode: number, done: (error: Error | null, fd?: number) => void) {
      try {
        done(null, fs.openSync(path, flags, mode));
      } catch (error) {
        done(error as Error);
      }
    },
    write(fd: number, buffer: Buffer, offset: number, length: number, position: number, done: Written) {
      written(() => fs.writeSync(fd, buffer, offset, length, position), buffer, done);
    },
    writev(fd: number, buffers: Buffer[], position: number, done: Written) {
      const all = Buffer.concat(buffers);
      written(() => fs.writeSync(fd, all, 0, all.length, position), buffers, done);
    },
  });
}

type Written = (error: Error | null, bytes?: number, given?: unknown) => void;

function written(write: () => number, given: unknown, done: Written): void {
  try {
    const bytes = write();
    setImmediate(done, null, bytes, given);
  } catch (error) {
    setImmediate(done, error as Error);
  }
}

function forcing(name: 'fsyncSync' | 'fdatasyncSync') {
  return (fd: number) => {
    const path = pathOf(fd);
    orThrow(met(path, nothing));
    const stats = real.fstatSync(fd);
    inside(() => real[name](fd));
    forced(path, stats);
  };
}

function installPromises(): void {
  const { promises } = real;
  Object.assign(fs.promises, {
    async open(path: string, flags = 'r', mode?: number) {
      if (changes(flags)) orThrow(met(path, nothing));
      const after = opened(path, flags);
      const handle = await promises.open(path, flags, mode);
      after();
      return handle;
    },
    async rename(from: string, to: string) {
      orThrow(met(from, nothing));
      const after = renamed(from, to);
      await promises.rename(from, to);
      after();
    },
    async unlink(path: string) {
      orThrow(met(path, nothing));
      const after = removed(path);
      await promises.unlink(path);
      after();
    },
    async rm(path: string, options?: fs.RmOptions) {
      orThrow(met(path, nothing));
      const after = removed(path);
      await promises.rm(path, options);
      after();
    },
    async truncate(path: string, length = 0) {
      orThrow(met(path, nothing));
      willCut(path, length);
      await promises.truncate(path, length);
    },
    async link(from: string, to: string) {
      orThrow(met(to, nothing));
      await promises.link(from, to);
      changed([to], () => real.rmSync(to, { force: true }));
    },
    writeFile: (path: string, data: Buffer, options?: fs.WriteFileOptions) => writeWhole(path, data, 'w', options),
    appendFile: (path: string, data: Buffer, options?: fs.WriteFileOptions) => writeWhole(path, data, 'a', options),
  });
}

async function writeWhole(path: string, data: Buffer, fallback: string, options?: fs.WriteFileOptions): Promise<void> {
  const flag = (typeof options === 'object' && options?.flag) || fallback;
  const handle = await fs.promises.open(path, flag);
  try {
    await handle.writeFile(data);
  } finally {
    await handle.close();
  }
}

/** The methods of all handles of files. */
async function installHandles(): Promise<void> {
  const one = await real.promises.open('/dev/null', 'r');
  const prototype = Object.getPrototypeOf(one) as fs.promises.FileHandle;
  await one.close();
  const { write, writev, writeFile, appendFile, truncate, sync, datasync } = prototype;
  const forcingBy = (force: () => Promise<void>) =>
    async function (this: fs.promises.FileHandle): Promise<void> {
      const path = pathOf(this.fd);
      orThrow(met(path, nothing));
      const stats = real.fstatSync(this.fd);
      await force.call(this);
      forced(path, stats);
    };
  Object.assign(prototype, {
    async write(this: fs.promises.FileHandle, ...given: Parameters<typeof write>) {
      const [buffer, offset, length] = given;
      const bytes = slice(buffer, offset, length);
      orThrow(met(pathOf(this.fd), () => void real.writeSync(this.fd, part(bytes))));
      willWrite(this.fd, bytes);
      return write.apply(this, given);
    },
    async writev(this: fs.promises.FileHandle, buffers: Buffer[], position?: number) {
      const bytes = Buffer.concat(buffers);
      orThrow(met(pathOf(this.fd), () => void real.writeSync(this.fd, part(bytes))));
      willWrite(this.fd, bytes, position);
      return writev.call(this, buffers, position);
    },
    async writeFile(this: fs.promises.FileHandle, data: Buffer | string, options?: fs.WriteFileOptions) {
      orThrow(met(pathOf(this.fd), () => void real.writeSync(this.fd, part(data))));
      willWrite(this.fd, Buffer.from(data as Buffer));
      return writeFile.call(this, data, options as BufferEncoding);
    },
    async appendFile(this: fs.promises.FileHandle, data: Buffer | string) {
      orThrow(met(pathOf(this.fd), () => void real.writeSync(this.fd, part(data))));
      willWrite(this.fd, Buffer.from(data as Buffer));
      return appendFile.call(this, data);
    },
    async truncate(this: fs.promises.FileHandle, length = 0) {
      orThrow(met(pathOf(this.fd), nothing));
      willCut(pathOf(this.fd), length);
      return truncate.call(this, length);
    },
    sync: forcingBy(sync),
    datasync: forcingBy(datasync),
  });
}

function nothing(): void {}
