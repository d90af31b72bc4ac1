import { closest, distance } from 'fastest-levenshtein';
import { checkAuth } from '../check/auth-rules.js';
import { type Finding, valueFinding } from '../check/findings.js';
import type { AuthSpec } from './auth-spec.js';

/** An entry of a pipeline file's `auth` catalogue. */
export type NamedAuth = Exclude<AuthSpec, { readonly ref: string } | { readonly type: 'none' }>;

/** What HTTP has against the entries of a catalogue. */
export function checkCatalogue(catalogue: unknown): Finding[] {
  if (typeof catalogue !== 'object' || catalogue === null) return [];
  return Object.entries(catalogue).flatMap(([name, auth]) => checkAuth(auth, [name]));
}

/** Whether `{ ref }` names an entry of the catalogue. */
export function checkRef(auth: unknown, catalogue: unknown): Finding[] {
  const ref = (auth as { ref?: unknown } | null | undefined)?.ref;
  if (typeof ref !== 'string' || ref === '') return [];
  const known = typeof catalogue === 'object' && catalogue !== null ? Object.keys(catalogue) : [];
  return known.includes(ref) ? [] : [valueFinding(['ref'], unknownRef(ref, known))];
}

/** The credentials themselves, in place of the name that they were given. */
export function resolveNamedAuth(
  auth: AuthSpec | undefined,
  catalogue: Readonly<Record<string, NamedAuth>>,
): AuthSpec | undefined {
  if (auth === undefined || !('ref' in auth)) return auth;
  return catalogue[auth.ref]!;
}

/** The sentence for a name that nothing has. */
export function unknownRef(ref: string, known: readonly string[]): string {
  if (known.length === 0)
    return 'No credentials have a name here. Add them to the `auth` catalogue, or write them out.';
  const nearest = closest(ref, known);
  const hint = distance(ref, nearest) <= Math.min(2, ref.length - 1) ? ` Did you mean \`${nearest}\`?` : '';
  return `No credentials have this name.${hint} Known are: ${known.map((name) => `\`${name}\``).join(', ')}.`;
}
