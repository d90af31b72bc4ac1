import { either, file, required } from '../../internal/options/kinds.js';
import type { About, GivenOf, Option } from '../../internal/options/option.js';
import { fits, shapeForm } from '../../internal/options/shapes.js';
import { ROLLED_OPTIONS } from '../../internal/roll-options.js';

/** The path of dead letters, as people read about it. */
export const LETTER_PATH = {
  title: 'File',
  description:
    'Where to write to. With `%Y`, `%m`, `%d`, `%H`, `%M` (when what was refused came, in UTC), `{feed}` (the `name`) or `{field:code}` (what is in the letter) in it, with `roll` or with `keep`, letters go to files that are finished one after another; then the suffixes `.gz` and `.zst` choose a compression.',
  examples: ['./refused.jsonl', './dead/%Y-%m-%d/%H.jsonl.gz'],
};

const LETTER_FILES = shapeForm({ path: required(file(LETTER_PATH)), ...ROLLED_OPTIONS });

/** Where dead letters go. */
export type DeadLetterFiles = GivenOf<(typeof LETTER_FILES)['table']>;

/** Where somebody who refuses things has them go: a path, or an object with it. */
export function letterFiles(about: About): Option<string | DeadLetterFiles | undefined> {
  return either<string | DeadLetterFiles | undefined>(
    [file({ description: 'As `path`.', use: 'dead letters' }).form, LETTER_FILES],
    {
      ...about,
      comment: 'the path of a file, or an object with `path`',
      fallback: undefined,
      code: {
        expected: 'the path of a file, or { path, roll, keep }',
        accepts: (value) => (typeof value === 'string' ? value !== '' : fits(LETTER_FILES, value)),
      },
    },
  );
}

/** The same as an object. */
export function letterFilesIn(given: string | DeadLetterFiles | undefined): DeadLetterFiles | undefined {
  return typeof given === 'string' ? { path: given } : given;
}
