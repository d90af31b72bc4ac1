import { type Document, isScalar, visit } from 'yaml';

/** Where keys stand that their map has already. `yaml` looks for them too, but in quadratic time. */
export function duplicateKeys(document: Document.Parsed): number[] {
  const offsets: number[] = [];
  visit(document, {
    Map: (_key, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) offsets.push(key.range?.[0] ?? 0);
        seen.add(key.value);
      }
    },
  });
  return offsets;
}

/** The sentence for such a key. */
export const DUPLICATE_KEY = 'This key stands here twice. Remove one of the two.';
