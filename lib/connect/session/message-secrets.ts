import { isDoubtful, isTelling, MIN_DOUBTFUL_LENGTH } from '../../secrets/telling-names.js';
import type { SubscribeMessage } from '../options/subscribe-options.js';

/** What a message says under a name that tells; and all that a log-in says, but for what names it. */
export function messageSecrets(message: SubscribeMessage): string[] {
  const text = message.toString();
  const found = new Set<string>();
  try {
    // A protocol may have a word or a number of its own before the JSON.
    const at = Math.max(text.search(/[[{]/), 0);
    const value = containerOf(text.slice(at));
    if (value === undefined) collectWords(text, found);
    else collect(value, NEVER, isLogIn(text.slice(0, at).trim()) ? ALWAYS : NEVER, found);
  } catch (error) {
    // It is nested too deeply for a recursion.
    if (!(error instanceof RangeError)) throw error;
    collectWords(text, found);
  }
  return [...found, ...asWritten(text, found)];
}

/**
 * @param from the length from which on a text here is a secret
 * @param within the same of what it contains
 */
function collect(value: unknown, from: number, within: number, found: Set<string>): void {
  if (typeof value === 'string') {
    if (value.length >= from && !LOG_IN.test(value)) found.add(value);
    // Some protocols wrap a message as text.
    const inner = containerOf(value);
    if (inner !== undefined) collect(inner, NEVER, within, found);
  } else if (Array.isArray(value)) {
    const inner = saysLogIn(value) ? ALWAYS : Math.min(from, within);
    for (const item of value) collect(item, inner, inner, found);
  } else if (typeof value === 'object' && value !== null) {
    const isOne = saysLogIn(Object.values(value));
    const own = Math.min(from, within, isOne ? MIN_DOUBTFUL_LENGTH : NEVER);
    const deeper = isOne ? ALWAYS : own;
    for (const [name, item] of Object.entries(value)) collectMember(name, item, own, deeper, found);
  }
}

function collectMember(name: string, value: unknown, from: number, within: number, found: Set<string>): void {
  if (typeof value === 'string' && WHAT_IT_IS.test(name)) return;
  const byName = lengthByName(name);
  // Of numbers, times and ids are no secrets.
  if (typeof value === 'number' && `${value}`.length >= byName) found.add(`${value}`);
  collect(value, Math.min(from, byName), Math.min(within, byName), found);
}

function lengthByName(name: string): number {
  if (!isTelling(name)) return NEVER;
  return isDoubtful(name) ? MIN_DOUBTFUL_LENGTH : ALWAYS;
}

/** Of a text that is no JSON: pairs such as `token=…` and `"token":"…"`, and the words after `AUTH`. */
function collectWords(text: string, found: Set<string>): void {
  for (const [, name, quoted, plain] of text.matchAll(PAIR)) {
    const value = (quoted ?? plain) as string;
    if (value.length >= lengthByName(name as string)) found.add(value);
  }
  const [first = '', ...words] = text.trim().split(BETWEEN_WORDS);
  if (isLogIn(first)) for (const word of words) found.add(word);
}

/** Those of the texts that have escapes, with them. */
function asWritten(text: string, found: ReadonlySet<string>): string[] {
  if (!text.includes('\\')) return [];
  return [...text.matchAll(STRING)]
    .map(([literal]) => literal)
    .filter((literal) => literal.includes('\\') && found.has(parsed(literal) as string))
    .map((literal) => literal.slice(1, -1));
}

function saysLogIn(values: readonly unknown[]): boolean {
  return values.some((value) => typeof value === 'string' && isLogIn(value));
}

/** Whether it is the name of a log-in: `auth`, `session.logon`, `userLogin`. */
function isLogIn(name: string): boolean {
  if (!NAME.test(name)) return false;
  return name
    .replace(LOG_IN_OF_TWO, ' login ')
    .split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/)
    .some((word) => LOG_IN.test(word));
}

function containerOf(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const value = parsed(text);
  return typeof value === 'object' && value !== null ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const NEVER = Number.POSITIVE_INFINITY;
const ALWAYS = 1;
const NAME = /^[\w./:-]{1,64}$/;
const LOG_IN = /^(?:auth|authenticat(?:e|ion)|authori[sz](?:e|ation)|identify|log[io]n|sign(?:[io]n)?)$/i;
const LOG_IN_OF_TWO = /(?:\b|_|(?=[LS]))(?:[Ll]og|LOG|[Ss]ign|SIGN)[_-]?(?:[IiOo]n|IN|ON)(?![a-z])/g;
/** Members that name what a message is or asks for, and hold no secret. */
const WHAT_IT_IS = /(?:^(?:action|ch|channel|cmd|command|event|method|op|operation|req|request|topic)|type)$/i;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/g;
/** Its parts have bounds, so that a long text costs no more than its length. */
const PAIR = /([\w-]{1,64})["']?\s{0,8}[=:]\s{0,8}(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([^\s"'&;,|{}[\]]+))/g;
const BETWEEN_WORDS = /[\s&;,|=:]+/;
