/**
 * The closed list of errors: every failure that spillway reports has one of
 * these codes and one of these classes. A message says what happened, which
 * option rules it, and what to do next. Payloads appear only clipped,
 * credentials never; and nothing in a message steers a terminal.
 */

import { visible } from './visible.js';

/** Every error code of this library, with what it stands for. */
export const ERROR_CODES = {
  ERR_CONFIG:
    'An option, a pipeline file or a configuration object is not valid, and nothing was connected; or a function that is an option failed, or returned what cannot be used.',
  ERR_AUTH: 'Credentials could not be had, or the server (401, 403) or a proxy (407) refused them.',
  ERR_CONNECT: 'No connection came about: DNS, TCP, TLS, the upgrade, or a subscribe message failed.',
  ERR_DISCONNECTED:
    'The connection ended in any way but a close with one of `clean_codes` (1000), and `reconnect` is off.',
  ERR_RECONNECT_EXHAUSTED: '`max_reconnect_attempts` consecutive attempts to reconnect failed.',
  ERR_SUBSCRIBE: 'A subscribe step was rejected by the server or not confirmed in time, or its function failed.',
  ERR_MESSAGE_TOO_LARGE: 'A message was larger than `max_message_bytes`.',
  ERR_PARSE:
    'A frame does not hold what `message_format` promises, or `decode` failed on it, and `on_parse_error` is `fail`.',
  ERR_INVALID_RECORD: 'A record does not satisfy the JSON Schema of `validate`, and `onError` is `fail`.',
  ERR_TRANSFORM: 'A transform cannot be applied to a record, and `on_parse_error` is `fail`.',
  ERR_MERGE: 'One of the streams that `merge()` was given failed.',
  ERR_SINK: 'A sink could not store records.',
  ERR_STATE: 'What is kept of a feed between its runs (`state`) cannot be used or written.',
  ERR_SPOOL: 'Pages that wait for their sink on the disk (`spool`) cannot be kept there.',
  ERR_INPUT: 'A data file cannot be read, is cut off, or is not what it should be.',
} as const;

/** One of the codes of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** What all errors of this library have in common. */
export abstract class SpillwayError extends Error {
  /** The stable name to branch on. */
  abstract readonly code: ErrorCode;

  /** @param message what others said within it is made visible, so that it may be shown; many lines are given as such */
  constructor(message: string | readonly string[], options?: { readonly cause?: unknown }) {
    super([message].flat().map(visible).join('\n'), options);
  }

  /** Where its code is explained, with likely causes and what to do: a heading of a page that the package has. */
  get docs(): string {
    return `docs/errors.md#${this.code.toLowerCase()}`;
  }

  override get name(): string {
    // Not that of the constructor, which bundlers make shorter: ERR_MESSAGE_TOO_LARGE is a MessageTooLargeError.
    const words = this.code.toLowerCase().split('_').slice(1);
    return `${words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')}Error`;
  }
}

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** Where: `pipeline.source.config.url`, or the option's name. Empty for the document itself. */
  readonly path: string;
  /** A whole sentence: what was expected, what was found. */
  readonly message: string;
  /** 1-based line in the file, when it came from one. */
  readonly line?: number;
  /** 1-based column in the file, when it came from one. */
  readonly column?: number;
}

/** `ERR_CONFIG`: carries every problem that was found, not only the first. Its message has a line for each. */
export class ConfigError extends SpillwayError {
  readonly code = 'ERR_CONFIG';
  readonly problems: readonly ConfigProblem[];
  /** The file's name, when there is one. */
  readonly file: string | undefined;

  constructor(problems: readonly ConfigProblem[], options: { file?: string; cause?: unknown } = {}) {
    super(
      problems.map((problem) => formatProblem(problem, options.file)),
      { cause: options.cause },
    );
    this.problems = problems;
    this.file = options.file;
  }
}

/** `ERR_AUTH` */
export class AuthError extends SpillwayError {
  readonly code = 'ERR_AUTH';
  /** The HTTP status of the refused upgrade (407: a proxy's), when it came that far. */
  readonly status: number | undefined;
  /** What a token endpoint meant: no, so that asking again cannot help, or later. */
  readonly reason: 'token_refused' | 'token_later' | undefined;
  /** What the token endpoint calls its refusal (RFC 6749, section 5.2): `invalid_client`. */
  readonly tokenError: string | undefined;
  /** What the token endpoint asked for in `Retry-After`, as it stood there. */
  readonly retryAfter: string | undefined;
  /** Where the refusal leads to (`Location`), without user info and query. */
  readonly location: string | undefined;
  /** What the body of the refusal says, clipped and without secrets. */
  readonly answer: string | undefined;

  constructor(
    message: string,
    facts: {
      status?: number;
      reason?: 'token_refused' | 'token_later' | undefined;
      tokenError?: string | undefined;
      retryAfter?: string | undefined;
      location?: string | undefined;
      answer?: string | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: facts.cause });
    this.status = facts.status;
    this.reason = facts.reason;
    this.tokenError = facts.tokenError;
    this.retryAfter = facts.retryAfter;
    this.location = facts.location;
    this.answer = facts.answer;
  }
}

/** `ERR_CONNECT` */
export class ConnectError extends SpillwayError {
  readonly code = 'ERR_CONNECT';
  /** The address, without user info and query. */
  readonly url: string;
  /** The HTTP status, when the server answered the upgrade with one. */
  readonly status: number | undefined;
  /**
   * What was wrong with an answer of status 101: its sub-protocol was not offered, or is missing although `requireProtocol` asks
   * for one; or the handshake was broken otherwise.
   */
  readonly reason: 'sub_protocol' | 'handshake' | undefined;
  /** What the server asked for in `Retry-After`, as it stood there. */
  readonly retryAfter: string | undefined;
  /** Where the answer leads to (`Location`), without user info and query. */
  readonly location: string | undefined;
  /** What the body of the answer says, clipped and without secrets. */
  readonly answer: string | undefined;

  constructor(
    message: string,
    facts: {
      url: string;
      status?: number;
      reason?: 'sub_protocol' | 'handshake';
      retryAfter?: string | undefined;
      location?: string | undefined;
      answer?: string | undefined;
      cause?: unknown;
    },
  ) {
    super(message, { cause: facts.cause });
    this.url = facts.url;
    this.status = facts.status;
    this.reason = facts.reason;
    this.retryAfter = facts.retryAfter;
    this.location = facts.location;
    this.answer = facts.answer;
  }
}

/** Which clock found that a connection shows no sign of life: the option that rules it. */
export type Watchdog = 'pong_timeout' | 'stale_timeout' | 'heartbeat';

/** `ERR_DISCONNECTED` */
export class DisconnectedError extends SpillwayError {
  readonly code = 'ERR_DISCONNECTED';
  /** The address, without user info and query. */
  readonly url: string;
  /** The close code (RFC 6455, section 7.4); 1005 for none given, 1006 for no close frame at all. */
  readonly closeCode: number;
  /** The close reason, as the server gave it. */
  readonly reason: string;
  /** Frames received in the whole run so far; all of them were delivered before this error. */
  readonly frames: number;
  /** The clock that ended the connection, when it was us. */
  readonly watchdog: Watchdog | undefined;
  /** The code with which we failed the connection, when the server broke the protocol: 1002, or 1007 for bytes that are not UTF-8. */
  readonly failedWith: number | undefined;

  constructor(facts: {
    url: string;
    closeCode: number;
    reason: string;
    frames: number;
    watchdog?: { readonly name: Watchdog; readonly ms: number };
    failedWith?: number | undefined;
    /** Whether `reconnect` is on: then it is not advised. */
    reconnects?: boolean;
    cause?: unknown;
  }) {
    const advice =
      facts.reconnects === true ? '' : `${cleanAdvice(facts)} Set \`reconnect: true\` to connect again after a drop.`;
    const why = facts.reason === '' ? '' : ` (${JSON.stringify(clip(facts.reason))})`;
    super(
      `${howLost(facts)}: ${facts.url}, code ${facts.closeCode}${why}, after ${count(facts.frames, 'frame')}${causeOf(facts.cause)}.${advice}`,
      { cause: facts.cause },
    );
    this.url = facts.url;
    this.closeCode = facts.closeCode;
    this.reason = facts.reason;
    this.frames = facts.frames;
    this.watchdog = facts.watchdog?.name;
    this.failedWith = facts.failedWith;
  }
}

/** `ERR_RECONNECT_EXHAUSTED`: `cause` is the last failure. */
export class ReconnectExhaustedError extends SpillwayError {
  readonly code = 'ERR_RECONNECT_EXHAUSTED';
  /** The address, without user info and query. */
  readonly url: string;
  /** How many attempts to reconnect were made without a data frame in between. */
  readonly attempts: number;

  constructor(facts: { url: string; attempts: number; cause?: unknown }) {
    super(
      `No data from ${facts.url} after ${count(facts.attempts, 'attempt')} to reconnect${causeOf(facts.cause)}. ` +
        'Raise `max_reconnect_attempts`, or leave it out to try without end.',
      { cause: facts.cause },
    );
    this.url = facts.url;
    this.attempts = facts.attempts;
  }
}

/** `ERR_SUBSCRIBE` */
export class SubscribeError extends SpillwayError {
  readonly code = 'ERR_SUBSCRIBE';
  /** What was to be confirmed, as the begin of a sentence: "Step 2 of `subscribe`". */
  readonly what: string;
  /** Whether the server said no, said nothing in time, or could not be asked any more; or the function of `send` failed. */
  readonly reason: 'rejected' | 'unanswered' | 'ended' | 'failed';
  /** The address, without user info and query, when it came that far. */
  readonly url: string | undefined;
  /** The frame that said no, clipped. */
  readonly answer: string | undefined;

  constructor(facts: {
    what: string;
    reason: 'rejected' | 'unanswered' | 'ended' | 'failed';
    url?: string;
    answer?: string | undefined;
    timeoutMs?: number;
    /** With `unanswered`: how many other frames came meanwhile. */
    others?: number;
    /** Whether something was sent that asked for an answer. @default true */
    isSent?: boolean;
    /** With `ended`: how it ended. With `failed`: how the function did, after a colon, as far as that is known. */
    how?: string;
    cause?: unknown;
  }) {
    const { what, reason, url, answer, timeoutMs, others = 0, isSent = true, how } = facts;
    const name = clip(what);
    super(
      {
        rejected: `${name} was rejected by ${url} with ${JSON.stringify(clip(answer ?? ''))}. ${isSent ? 'Check what it sends, and what it may have' : 'That came before anything was asked of it: check the address and `auth`'}.`,
        unanswered: isSent
          ? `${name} was not confirmed by ${url} within ${timeoutMs} ms: ${whatCame(others)}. Check \`expect\`, or raise its \`timeout\`.`
          : `${name} waits for a frame that ${url} did not send within ${timeoutMs} ms: ${whatCame(others)}. Check \`expect\`, raise its \`timeout\`, or give it a \`send\` where the server does not speak first.`,
        ended: `${name} ${how}.`,
        failed: `${name} was not sent to ${url}, since its function failed${clip(how ?? '')}. Look at what its \`send\` does; \`cause\` is what it failed with.`,
      }[reason],
      { cause: facts.cause },
    );
    this.what = what;
    this.reason = reason;
    this.url = url;
    this.answer = answer === undefined ? undefined : clip(answer);
  }
}

/** `ERR_MESSAGE_TOO_LARGE` */
export class MessageTooLargeError extends SpillwayError {
  readonly code = 'ERR_MESSAGE_TOO_LARGE';
  readonly #frame: Buffer | undefined;
  /** The address, without user info and query. */
  readonly url: string;
  /** The limit in bytes. */
  readonly limit: number;

  constructor(facts: { url: string; limit: number; inflated?: boolean; frame?: Buffer; cause?: unknown }) {
    const size = `${facts.limit} bytes${facts.inflated === true ? ' when inflated' : ''}`;
    super(
      `${facts.url} sent a message larger than ${size}, so the connection was failed with code 1009. ` +
        'Raise `max_message_bytes` if messages of that size are expected.',
      { cause: facts.cause },
    );
    this.url = facts.url;
    this.limit = facts.limit;
    this.#frame = facts.frame;
  }

  /** The frame as it came, where it is too large only when inflated; any other is not taken in at all. */
  get frame(): Buffer | undefined {
    return this.#frame;
  }
}

/** `ERR_PARSE` */
export class ParseError extends SpillwayError {
  readonly code = 'ERR_PARSE';
  /** Why the bytes were refused, as a clause: `expected a value`. */
  readonly reason: string;
  /** The 0-based offset in the frame at which the bytes go wrong. */
  readonly offset: number;
  /** The frame's number within the run. */
  readonly sequence: number;
  /** The number of the connection that the frame came over. */
  readonly connection: number;
  /** The bytes around the offset, clipped. */
  readonly excerpt: string;
  /** What the bytes look like and what to set for them, in whole sentences, where that can be told and the run ends by it. */
  readonly hint: string | undefined;

  constructor(facts: {
    reason: string;
    offset: number;
    sequence: number;
    connection: number;
    excerpt: string;
    hint?: string | undefined;
    /** What to do about it in any case. @default by the names of files */
    advice?: string;
    cause?: unknown;
  }) {
    super(
      `Frame ${facts.sequence} of connection ${facts.connection} cannot be parsed: ${facts.reason} at byte ${facts.offset}, ` +
        `near ${JSON.stringify(facts.excerpt)}. ${facts.hint ?? facts.advice ?? PARSE_ADVICE}`,
      { cause: facts.cause },
    );
    this.reason = facts.reason;
    this.offset = facts.offset;
    this.sequence = facts.sequence;
    this.connection = facts.connection;
    this.excerpt = facts.excerpt;
    this.hint = facts.hint;
  }
}

/** One way in which a record breaks its JSON Schema. */
export interface RecordProblem {
  /** A JSON Pointer into the record: `/price`. Empty for the record itself. */
  readonly instancePath: string;
  /** The keyword of the schema that failed: `type`. */
  readonly keyword: string;
  /** What the schema asks for: `must be number`. */
  readonly message: string;
}

/** `ERR_INVALID_RECORD` */
export class InvalidRecordError extends SpillwayError {
  readonly code = 'ERR_INVALID_RECORD';
  /** Every way in which the record breaks the schema. */
  readonly problems: readonly RecordProblem[];
  /** The frame's number within the run. */
  readonly sequence: number;
  /** The number of the connection that the frame came over. */
  readonly connection: number;

  constructor(facts: {
    problems: readonly RecordProblem[];
    sequence: number;
    connection: number;
    /** What to do about it. @default by the names of files */
    advice?: string;
  }) {
    const shown = facts.problems
      .slice(0, MAX_PROBLEMS)
      .map((problem) => clip(`${problem.instancePath || 'the record'} ${problem.message}`));
    const more = facts.problems.length - shown.length;
    const what = [...shown, ...(more > 0 ? [`and ${count(more, 'more problem')}`] : [])].join('; ');
    super(
      `A record of frame ${facts.sequence} of connection ${facts.connection} breaks the schema: ${what}. ` +
        (facts.advice ?? RECORD_ADVICE),
    );
    this.problems = facts.problems;
    this.sequence = facts.sequence;
    this.connection = facts.connection;
  }
}

/** `ERR_TRANSFORM` */
export class TransformError extends SpillwayError {
  readonly code = 'ERR_TRANSFORM';
  /** Which transform, by its `type` in a pipeline file: `rename_field`. */
  readonly transform: string;
  /** Why it cannot be applied, as a clause. */
  readonly reason: string;
  /** The frame's number within the run. */
  readonly sequence: number;
  /** The number of the connection that the frame came over. */
  readonly connection: number;

  constructor(facts: {
    transform: string;
    reason: string;
    sequence: number;
    connection: number;
    /** What to do about it. @default by the names of files */
    advice?: string;
  }) {
    super(
      `The transform \`${facts.transform}\` cannot be applied to a record of frame ${facts.sequence} of connection ` +
        `${facts.connection}: ${clip(facts.reason)}. ` +
        (facts.advice ?? TRANSFORM_ADVICE),
    );
    this.transform = facts.transform;
    this.reason = facts.reason;
    this.sequence = facts.sequence;
    this.connection = facts.connection;
  }
}

/** `ERR_MERGE`: `cause` is what the stream failed with. */
export class MergeError extends SpillwayError {
  readonly code = 'ERR_MERGE';
  /** Which of the streams that `merge()` was given, counted from 0. */
  readonly input: number;

  constructor(facts: { input: number; cause: unknown }) {
    super(
      `Input ${facts.input} of merge() failed${causeOf(facts.cause)}. What all inputs had received before is delivered; ` +
        '`cause` says what to do about it.',
      { cause: facts.cause },
    );
    this.input = facts.input;
  }
}

/** Records next to each other in the order of arrival. */
export interface UndeliveredRange {
  /** The number within the run of the frame that the first record came in. */
  readonly first: number;
  /** The number within the run of the frame that the last record came in. */
  readonly last: number;
  /** How many records of this range are meant: fewer than it spans, when others in between were delivered. */
  readonly records: number;
}

/** `ERR_SINK` */
export class SinkError extends SpillwayError {
  readonly code = 'ERR_SINK';
  /** Where the sink was writing to: a path, `stdout`, a topic. */
  readonly target: string;
  /** How many records are stored whole at the target, of those that this sink was given. */
  readonly recordsWritten: number;
  /** Which of the records that this sink was given are not known to be stored, when it can tell: in order of arrival. */
  readonly undelivered: readonly UndeliveredRange[];
  /** Set where a program may want to tell it: another run of the feed has taken over, so that this one may write no more. */
  readonly reason: 'fenced' | undefined;

  constructor(
    message: string,
    facts: {
      target: string;
      recordsWritten: number;
      undelivered?: readonly UndeliveredRange[];
      reason?: 'fenced' | undefined;
      cause?: unknown;
    },
  ) {
    super(message, { cause: facts.cause });
    this.target = facts.target;
    this.recordsWritten = facts.recordsWritten;
    this.undelivered = facts.undelivered ?? [];
    this.reason = facts.reason;
  }
}

/** `ERR_STATE` */
export class StateError extends SpillwayError {
  readonly code = 'ERR_STATE';
  /** The folder of the state. */
  readonly path: string;

  constructor(message: string, facts: { path: string; cause?: unknown }) {
    super(message, { cause: facts.cause });
    this.path = facts.path;
  }
}

/** `ERR_SPOOL` */
export class SpoolError extends SpillwayError {
  readonly code = 'ERR_SPOOL';
  /** The folder of the spool. */
  readonly path: string;

  constructor(message: string, facts: { path: string; cause?: unknown }) {
    super(message, { cause: facts.cause });
    this.path = facts.path;
  }
}

/** `ERR_INPUT`: what is whole before it was given out. */
export class InputError extends SpillwayError {
  readonly code = 'ERR_INPUT';
  /** The data file. */
  readonly file: string;
  /** `torn`: it ends in the middle, as one does that is still written to. `invalid`: it is not what it should be. */
  readonly reason: 'unreadable' | 'torn' | 'invalid';
  /** 1-based, where it is known. */
  readonly line: number | undefined;
  /** 1-based, where it is known. */
  readonly column: number | undefined;

  constructor(
    message: string,
    facts: {
      file: string;
      reason: 'unreadable' | 'torn' | 'invalid';
      line?: number | undefined;
      column?: number | undefined;
      cause?: unknown;
    },
  ) {
    const { file, reason, line, column, cause } = facts;
    super(formatProblem({ path: '', message, ...(line && { line }), ...(column && { column }) }, file), { cause });
    this.file = file;
    this.reason = reason;
    this.line = line;
    this.column = column;
  }
}

/** Which class carries which code. */
export const ERROR_CLASSES = {
  ERR_CONFIG: ConfigError,
  ERR_AUTH: AuthError,
  ERR_CONNECT: ConnectError,
  ERR_DISCONNECTED: DisconnectedError,
  ERR_RECONNECT_EXHAUSTED: ReconnectExhaustedError,
  ERR_SUBSCRIBE: SubscribeError,
  ERR_MESSAGE_TOO_LARGE: MessageTooLargeError,
  ERR_PARSE: ParseError,
  ERR_INVALID_RECORD: InvalidRecordError,
  ERR_TRANSFORM: TransformError,
  ERR_MERGE: MergeError,
  ERR_SINK: SinkError,
  ERR_STATE: StateError,
  ERR_SPOOL: SpoolError,
  ERR_INPUT: InputError,
} as const satisfies Record<ErrorCode, unknown>;

/** Any error of this library: `switch (error.code)` tells which it is, and what it carries. */
export type AnySpillwayError = InstanceType<(typeof ERROR_CLASSES)[ErrorCode]>;

/**
 * Whether it is an error of this library.
 *
 * @example
 * ```ts
 * if (isSpillwayError(error) && error.code === 'ERR_SINK') console.error(error.recordsWritten);
 * ```
 */
export function isSpillwayError(error: unknown): error is AnySpillwayError {
  return error instanceof SpillwayError;
}

/** @internal What to do about these errors, by the names of files; `lib/internal/surface.ts` has it said by others. */
export const PARSE_ADVICE = 'Set `on_parse_error: skip` to count and drop such frames, or another `message_format`.';
/** @internal */
export const RECORD_ADVICE = 'Set `on_invalid_record: skip` to go on without such records.';
/** @internal */
export const TRANSFORM_ADVICE = 'Set `on_parse_error: skip` to go on without such records.';

/** A single problem with an option: the usual way to throw an {@link ConfigError}. */
export function optionError(path: string, message: string, cause?: unknown): ConfigError {
  return new ConfigError([{ path, message }], { cause });
}

/** What JavaScript calls an index that leads nowhere: of a page of so many records. */
export function noSuchRecord(index: unknown, length: number): RangeError {
  const there = length === 0 ? 'The page was released and has none' : `The page has ${length}, from 0 to ${length - 1}`;
  return new RangeError(`There is no record at ${String(index)}. ${there}.`);
}

function formatProblem(problem: ConfigProblem, file: string | undefined): string {
  const place = [file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  return [place, problem.path, problem.message].filter((part) => part !== '').join(': ');
}

function howLost(facts: {
  closeCode: number;
  watchdog?: { readonly name: Watchdog; readonly ms: number };
  failedWith?: number | undefined;
}): string {
  const { closeCode, watchdog, failedWith } = facts;
  if (failedWith !== undefined) {
    return `The server broke the WebSocket protocol, and the connection was failed with code ${failedWith}`;
  }
  switch (watchdog?.name) {
    case 'pong_timeout':
      return `A ping was not answered within ${watchdog.ms} ms (\`pong_timeout\`), and the connection was ended`;
    case 'stale_timeout':
      return `No data came for ${watchdog.ms} ms (\`stale_timeout\`), and the connection was ended`;
    case 'heartbeat':
      return `A heartbeat was not answered within ${watchdog.ms} ms (\`heartbeat\`), and the connection was ended`;
    case undefined:
      return closeCode === 1006 ? 'The connection was lost without a close frame' : 'The server closed the connection';
  }
}

/** Where a server may have said in its way that all is well. */
function cleanAdvice({ closeCode, watchdog, failedWith }: Parameters<typeof howLost>[0]): string {
  const isPrivate = closeCode >= 4000 && closeCode <= 4999;
  if (watchdog !== undefined || failedWith !== undefined || !(closeCode === 1005 || isPrivate)) return '';
  const what = closeCode === 1005 ? 'The server gave no code (1005)' : `${closeCode} is a code of this feed`;
  return ` ${what}: if that is how it ends well, add it to \`clean_codes\`.`;
}

function whatCame(others: number): string {
  return others === 0 ? 'it sent nothing' : `it sent ${count(others, 'other frame')}`;
}

function causeOf(cause: unknown): string {
  return cause instanceof Error && cause.message !== '' ? `: ${clip(cause.message.replace(/[.\s]+$/, ''))}` : '';
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function clip(text: string): string {
  return text.length <= MAX_EXCERPT ? text : `${text.slice(0, MAX_EXCERPT)}…`;
}

const MAX_EXCERPT = 200;

/** How many ways in which a record breaks its schema a message names. The error has them all. */
const MAX_PROBLEMS = 3;
