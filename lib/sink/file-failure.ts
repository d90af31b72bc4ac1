import { SinkError } from '../errors.js';

/** What is known when a file could not be used. */
export interface FileFailure {
  /** What was tried, as it stands after "Cannot": `open`, `write to`. */
  readonly action: string;
  readonly path: string;
  /** Records that are whole in the file. */
  readonly recordsWritten: number;
  /** A sentence on the state that the file was left in. */
  readonly state: string;
  readonly cause: unknown;
}

/** The error for a file that could not be used: what happened, what is safe, and what to do. */
export function fileError({ action, path, recordsWritten, state, cause }: FileFailure): SinkError {
  const [reason, advice] = explainFileFailure(cause);
  return new SinkError(`Cannot ${action} ${path}: ${reason}. ${state} ${advice}`, {
    target: path,
    recordsWritten,
    cause,
  });
}

/** `3 records`, `1 record`. */
export function countRecords(records: number): string {
  return `${records} record${records === 1 ? '' : 's'}`;
}

/** `1,024 bytes`, `1 byte`. */
export function countBytes(bytes: number): string {
  return `${bytes.toLocaleString('en-US')} byte${bytes === 1 ? '' : 's'}`;
}

/** Why the system refused a file, as a clause, and what to do, as a sentence. */
export function explainFileFailure(cause: unknown): readonly [reason: string, advice: string] {
  const code = (cause as Partial<NodeJS.ErrnoException> | null)?.code;
  const known = code === undefined ? undefined : REASONS[code];
  if (known !== undefined) return [`${known[0]} (${code})`, known[1]];
  const message = cause instanceof Error ? cause.message : String(cause);
  return [message.replace(/[.\s]+$/, ''), 'See `cause` for what the system said.'];
}

const OTHER_PATH = 'Check the path, or give another one.';
const GO_ON = 'run again with `append: true` to go on in the same file';

const REASONS: { readonly [code: string]: readonly [reason: string, advice: string] } = {
  ENOSPC: ['the disk is full', `Free some space and ${GO_ON}, or give a path on another disk.`],
  EDQUOT: ['the disk quota is used up', `Free some space or raise the quota and ${GO_ON}, or give another path.`],
  EFBIG: [
    'the file would grow beyond what the file system, or this process (`ulimit -f`), allows',
    'Raise the limit, or give another path.',
  ],
  EACCES: ['permission denied', 'Give this user the right to write there, or give another path.'],
  EPERM: ['the operation is not permitted', 'Give this user the right to write there, or give another path.'],
  EROFS: ['the file system is read-only', 'Give a path on another one.'],
  ENOTDIR: ['a part of the path is a file and not a folder', OTHER_PATH],
  EEXIST: ['a part of the path is a file and not a folder', OTHER_PATH],
  EISDIR: ['it is a folder', 'Give the path of a file.'],
  ENOENT: ['a part of the path does not exist and cannot be created', OTHER_PATH],
  ENAMETOOLONG: ['the path is too long', 'Give a shorter one.'],
  ELOOP: ['the path goes round in a circle of symbolic links', OTHER_PATH],
  ENXIO: ['there is no device behind it', OTHER_PATH],
  ETXTBSY: ['it is a program that is running', OTHER_PATH],
  EBUSY: ['it is in use by the system', OTHER_PATH],
  EMFILE: ['this process has too many files open', 'Close some, or raise `ulimit -n`.'],
  ENFILE: ['this machine has too many files open', 'Close some, or raise the limit of the system.'],
  EIO: ['the disk reported an input/output error', `Check the disk, and give a path on another one.`],
  CHANGING: ['somebody else is writing to it', 'Let one program at a time write to a file, or give another path.'],
  LATE: ['nobody takes what is written there', 'See that somebody reads from it.'],
  EPIPE: ['nobody reads from it any more', OTHER_PATH],
};
