import type { Finding, Path } from '../config/check/findings.js';
import { valueAt } from '../config/check/sent-values.js';
import { type FaucetTerm, type FaucetTerms, sentenceOf } from '../config/faucet/terms.js';
import { faucetTerms } from './faucet-terms.js';

/**
 * What an error says of a key that the schema does not know, when faucet does.
 *
 * @param path of the object that holds it
 */
export function faucetKey(path: Path, key: string, root: unknown): string | undefined {
  return sentence(key, path, root, 'keys');
}

/** What an error says of a word that the schema does not know, when faucet does. */
export function faucetWord(path: Path, word: unknown, root: unknown): string | undefined {
  return typeof word === 'string' ? sentence(word, path, root, 'words') : undefined;
}

/** What a file holds that is accepted without effect. */
export function faucetNotes(root: unknown): Finding[] {
  return faucetTerms.flatMap((terms) => {
    const noted = Object.entries(terms.keys ?? {}).filter(([, { verdict }]) => verdict === 'noted');
    if (noted.length === 0) return [];
    return placesOf(root, terms.at)
      .filter((path) => isAbout(terms, path, root))
      .flatMap((path) => {
        const object = valueAt(root, path) as object;
        return noted
          .filter(([key]) => Object.hasOwn(object, key))
          .map(([key, term]): Finding => ({ path: [...path, key], at: 'key', message: sentenceOf(key, term) }));
      });
  });
}

function sentence(name: string, path: Path, root: unknown, kind: 'keys' | 'words'): string | undefined {
  for (const terms of faucetTerms) {
    const known: Readonly<Record<string, FaucetTerm>> = terms[kind] ?? {};
    if (Object.hasOwn(known, name) && isAbout(terms, path, root)) return sentenceOf(name, known[name]!);
  }
  return undefined;
}

function isAbout({ at, sink }: FaucetTerms, path: Path, root: unknown): boolean {
  if (path.length !== at.length || !at.every((key, index) => key === '*' || key === path[index])) return false;
  return sink === undefined || valueAt(root, ['pipeline', 'sink', 'type']) === sink;
}

/** Every object that a path with `*` leads to. */
function placesOf(value: unknown, at: readonly string[], before: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const [key, ...rest] = at;
  if (key === undefined) return [before];
  const entries = Object.entries(value).filter(([name]) => key === '*' || name === key);
  return entries.flatMap(([name, item]) =>
    placesOf(item, rest, [...before, Array.isArray(value) ? Number(name) : name]),
  );
}
