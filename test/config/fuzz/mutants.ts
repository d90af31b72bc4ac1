import { parse, stringify } from 'yaml';
import type { Generator } from '../../json/generate.js';
import { SAMPLES } from './samples.js';
import { KEYS, LONG_TOKENS, TOKENS, VALUES } from './words.js';

/**
 * A pipeline file that is almost right: a valid one whose values and keys were changed, moved or taken away, written in
 * one of three styles, with noise in the text or in the bytes afterwards. Most are refused, and each in its own way.
 */
export function mutant(random: Generator): Buffer {
  const index = random.below(SAMPLES.length);
  let text = SAMPLES[index] as string;
  if (random.below(2) === 0) {
    let value = structuredClone(PARSED[index]);
    for (let edits = random.below(5); edits > 0; edits--) value = edited(value, random);
    text = write(value, random);
  }
  if (random.below(5) < 3) for (let noises = 1 + random.below(4); noises > 0; noises--) text = noised(text, random);
  const bytes = Buffer.from(text);
  if (random.below(10) === 0) bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
}

/** `root` with one edit made somewhere in it. */
function edited(root: unknown, random: Generator): unknown {
  const places = placesIn(root);
  // A copy: other edits may go into it.
  const value = structuredClone(random.pick(VALUES));
  if (places.length === 0) return value;
  const { holder, key } = random.pick(places);
  const current = holder[key];
  switch (random.below(7)) {
    case 0:
      delete holder[key];
      break;
    case 1:
      delete holder[key];
      set(holder, random.pick(KEYS), current);
      break;
    case 2:
      set(holder, random.pick(KEYS), value);
      break;
    case 3:
      holder[key] = structuredClone(random.pick(places).holder);
      break;
    case 4:
      holder[key] = random.below(2) === 0 ? [current] : { [random.pick(KEYS)]: current };
      break;
    default:
      holder[key] = value;
  }
  return root;
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesIn(root: unknown): Place[] {
  if (typeof root !== 'object' || root === null) return [];
  const holder = root as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

/** Assignment would change the prototype for the key `__proto__`. */
function set(holder: object, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function write(value: unknown, random: Generator): string {
  if (random.below(3) === 0) return JSON.stringify(value, null, 1);
  return stringify(value, { collectionStyle: random.below(2) === 0 ? 'block' : 'flow', lineWidth: 0 });
}

function noised(text: string, random: Generator): string {
  const at = random.below(text.length + 1);
  const [before, after] = [text.slice(0, at), text.slice(at)];
  const length = random.below(40);
  switch (random.below(7)) {
    case 0:
      return before + after.slice(length);
    case 1:
      return before + after.slice(0, length).repeat(3) + after;
    case 2: {
      const lines = text.split('\n');
      const [one, two] = [random.below(lines.length), random.below(lines.length)];
      [lines[one], lines[two]] = [lines[two] as string, lines[one] as string];
      return lines.join('\n');
    }
    case 3:
      return random.below(4) === 0 ? before : before + String.fromCharCode(random.below(0x3000)) + after;
    default:
      return before + random.pick(random.below(100) === 0 ? LONG_TOKENS : TOKENS) + after;
  }
}

const PARSED: readonly unknown[] = SAMPLES.map((text) => parse(text) as unknown);
