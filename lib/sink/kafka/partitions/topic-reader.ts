import type { Page } from '../../../batch/page.js';
import { FieldReader, type Path, scalarAt } from '../../../json/field.js';
import { visible } from '../../../visible.js';

/** Where in each record the name of its topic stands. */
export interface TopicPath {
  readonly path: Path;
  /** What takes the place of each character that the name of a topic cannot have; `undefined`: such a name is none. */
  readonly replace: string | undefined;
}

/** Reads the names of topics out of records. */
export class TopicReader {
  readonly #reader: FieldReader;
  readonly #replace: string | undefined;

  constructor({ path, replace }: TopicPath) {
    this.#reader = new FieldReader(path);
    this.#replace = replace;
  }

  /** The topic that a record names; `undefined` for none. */
  nameOf(page: Page, index: number): string | undefined {
    const text = this.#textOf(page, index);
    if (text === undefined) return undefined;
    const name = this.#replace === undefined || isTopicName(text) ? text : replaced(text, this.#replace);
    return isTopicName(name) ? name : undefined;
  }

  /** Why a record names no topic, as a clause that follows "record". */
  problemOf(page: Page, index: number): string {
    const reader = this.#reader;
    const looked = 'has no valid name of a topic where `topic.path` looks for one';
    if (!reader.find(page.bytes, page.start(index), page.ends[index]!)) return `${looked}: there is nothing`;
    const found = page.bytes.toString('utf8', reader.start, Math.min(reader.end, reader.start + MAX_SHOWN));
    const shown = `${visible(found)}${reader.end - reader.start > MAX_SHOWN ? '…' : ''}`;
    const text = this.#textOf(page, index);
    const better = text === undefined ? '' : replaced(text, '_');
    const hint = isTopicName(better) && better !== text ? `; with \`topic.replace: "_"\` it would be ${better}` : '';
    return `${looked}, but ${shown}: a name has ${TOPIC_RULE}${hint}`;
  }

  #textOf(page: Page, index: number): string | undefined {
    const reader = this.#reader;
    const isText = reader.find(page.bytes, page.start(index), page.ends[index]!) && page.bytes[reader.start] === QUOTE;
    return isText ? (scalarAt(page.bytes, reader.start, reader.end) as string) : undefined;
  }
}

/** What Kafka takes as the name of a topic. */
export function isTopicName(name: string): boolean {
  return TOPIC_NAME.test(name) && name !== '.' && name !== '..';
}

function replaced(text: string, replace: string): string {
  return text.replace(NOT_IN_A_NAME, () => replace);
}

/** The same in words. */
export const TOPIC_RULE = '1 to 249 letters, digits, dots, dashes and underscores';
const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/;
const NOT_IN_A_NAME = /[^a-zA-Z0-9._-]/gu;
const MAX_SHOWN = 80;
const QUOTE = 0x22;
