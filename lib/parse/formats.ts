import { stringText } from '../json/serialise.js';

/** What a frame's bytes are, what a record becomes of them, and what can look into it. */
export interface MessageFormat {
  /** The sentence of the reference, after its name. */
  readonly description: string;
  /** How a record of it is stored, for people. */
  readonly storedAs: string;
  /** The record is JSON with members and elements, into which a path, a schema and a choice of fields look. */
  readonly isJson: boolean;
  /** The bytes are text: it can be cut at separators, and held against another text. */
  readonly isText: boolean;
  /** The bytes may be no UTF-8, and an option says what is done about that. JSON that is not is no JSON. */
  readonly isMendable: boolean;
  /** The text of a record as JSON. @default the bytes are that, and are checked */
  encode?(data: Buffer, start: number, end: number): Buffer;
  /** Another text as a record of it would be stored. @default as it stands */
  encodeText?(text: string): Buffer;
}

/** Every `message_format`. The first one is the default. */
export const MESSAGE_FORMATS = {
  json: {
    description: 'is checked and kept as the bytes that arrived',
    storedAs: 'JSON',
    isJson: true,
    isText: true,
    isMendable: false,
  },
  raw_string: {
    description: 'is UTF-8 text, bad bytes replaced',
    storedAs: 'stored as text',
    isJson: false,
    isText: true,
    isMendable: true,
    encode: (data, start, end) => stringText(data.toString('utf8', start, end)),
    encodeText: stringText,
  },
  binary: {
    description: 'becomes base64',
    storedAs: 'stored as base64',
    isJson: false,
    isText: false,
    isMendable: false,
    encode: (data, start, end) => Buffer.from(`"${data.toString('base64', start, end)}"`, 'latin1'),
  },
} satisfies Record<string, MessageFormat>;

export type MessageFormatName = keyof typeof MESSAGE_FORMATS;

export const MESSAGE_FORMAT_NAMES = Object.keys(MESSAGE_FORMATS) as readonly MessageFormatName[];
export const DEFAULT_MESSAGE_FORMAT: MessageFormatName = 'json';

/** The format of a name that may come from outside; `undefined` for any other value. */
export function messageFormat(name: unknown = DEFAULT_MESSAGE_FORMAT): MessageFormat | undefined {
  return typeof name === 'string' && Object.hasOwn(MESSAGE_FORMATS, name)
    ? MESSAGE_FORMATS[name as MessageFormatName]
    : undefined;
}

/** The names of the formats for which something holds, as they stand in a sentence: `json or raw_string`. */
export function formatsThat(can: (format: MessageFormat) => boolean): string {
  return MESSAGE_FORMAT_NAMES.filter((name) => can(MESSAGE_FORMATS[name])).join(' or ');
}
