import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Frame } from '../../lib/frame/frame.js';
import { Message, type ParseOptions } from '../../lib/index.js';
import type { Logger } from '../../lib/internal/logger.js';
import { resolveParseOptions } from '../../lib/parse/options.js';
import { ParseStep } from '../../lib/parse/step.js';

/** A frame as a connection makes it. */
export function frameOf(data: string | Buffer, facts: Partial<Frame> = {}): Frame {
  return {
    data: Buffer.from(data),
    isBinary: typeof data !== 'string',
    receivedAt: 1_700_000_000_000,
    url: 'wss://example.com/feed',
    connection: 1,
    sequence: 0,
    ...facts,
  };
}

/** Frames numbered from 0. */
export function framesOf(...data: (string | Buffer)[]): Frame[] {
  return data.map((one, sequence) => frameOf(one, { sequence }));
}

/** The message of a frame, made by the real step. */
export function messageOf(data: string | Buffer, facts: Partial<Frame> = {}, options: ParseOptions = {}): Message {
  const message = new ParseStep(resolveParseOptions(options)).one(frameOf(data, facts));
  if (message === undefined) throw new Error('The frame was refused.');
  return message;
}

/** The messages of frames numbered from 0. */
export function messagesOf(...data: (string | Buffer)[]): Message[] {
  return data.map((one, sequence) => messageOf(one, { sequence }));
}

/** A sink that keeps the text of each message, or the value of anything else; it takes some turns over each when slow. */
export function collector({ turns = 0, highWaterMark = 16 } = {}): Writable & { readonly seen: unknown[] } {
  const seen: unknown[] = [];
  const sink = new Writable({
    objectMode: true,
    highWaterMark,
    write(chunk: unknown, _encoding, callback) {
      const take = async (): Promise<void> => {
        for (let turn = 0; turn < turns; turn++) await nextTurn();
        seen.push(chunk instanceof Message ? chunk.text.toString() : chunk);
      };
      take().then(() => callback(), callback);
    },
  });
  return Object.assign(sink, { seen });
}

/** A sink that takes nothing before it is told to. */
export function gate(): Writable & { readonly seen: unknown[]; open(): void } {
  const seen: unknown[] = [];
  let held: (() => void) | undefined;
  let isOpen = false;
  const sink = new Writable({
    objectMode: true,
    highWaterMark: 2,
    write(chunk: unknown, _encoding, callback) {
      seen.push(chunk instanceof Message ? chunk.text.toString() : chunk);
      if (isOpen) callback();
      else held = callback;
    },
  });
  return Object.assign(sink, {
    seen,
    open() {
      isOpen = true;
      held?.();
    },
  });
}

/** A logger that keeps what it gets. */
export function recorder(): Logger & {
  readonly entries: { level: string; facts: Record<string, unknown>; text: string }[];
} {
  const entries: { level: string; facts: Record<string, unknown>; text: string }[] = [];
  const at =
    (level: string) =>
    (facts: object, text: string): void =>
      void entries.push({ level, facts: facts as Record<string, unknown>, text });
  return { entries, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
