/** What transforms emit: for them, and for the configuration that describes them. */

/** Every operator. */
export const FILTER_OPS = ['eq', 'ne', 'exists', 'in', 'not_in'] as const;

/** What a record may do with an empty or missing array. */
export const ON_MISSING = ['passthrough', 'drop', 'error'] as const;

/** What is wrong with an operator and its value, if anything is. */
export function filterProblem(
  op: unknown,
  value: unknown,
): { readonly at: 'op' | 'value'; readonly message: string } | undefined {
  if (!FILTER_OPS.includes(op as (typeof FILTER_OPS)[number])) {
    return { at: 'op', message: `Expected one of ${FILTER_OPS.map((word) => `\`${word}\``).join(', ')}.` };
  }
  if (op === 'exists') {
    return value === undefined
      ? undefined
      : {
          at: 'value',
          message: '`exists` asks whether the path is there, so it takes no `value`. Remove one of the two.',
        };
  }
  if (value === undefined) return { at: 'value', message: `\`${String(op)}\` needs a \`value\` to compare with.` };
  const isList = op === 'in' || op === 'not_in';
  return isList && !Array.isArray(value)
    ? { at: 'value', message: `\`${String(op)}\` needs a list of values as its \`value\`.` }
    : undefined;
}

/** Why the whole record cannot be exploded. */
export const NO_KEY_TO_EXPLODE =
  'Expected the path of an array at a key, not the whole record. For frames that are arrays set `records_path: $`.';
