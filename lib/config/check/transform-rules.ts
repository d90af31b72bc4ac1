import { filterProblem, NO_KEY_TO_EXPLODE } from '../../transform/rules.js';
import { type Finding, valueFinding } from './findings.js';

/** What is wrong with a list of transforms beyond what its schema can say. Values of a wrong type pass. */
export function checkTransforms(transforms: unknown): Finding[] {
  if (!Array.isArray(transforms)) return [];
  return transforms.flatMap((transform: unknown, index): Finding[] => {
    const { type, config } = (transform ?? {}) as { readonly type?: unknown; readonly config?: unknown };
    if (typeof config !== 'object' || config === null) return [];
    const { op, value, path } = config as Readonly<Record<string, unknown>>;
    if (type === 'filter' && typeof op === 'string') {
      const problem = filterProblem(op, value);
      // A word that is none of the operators has a finding of its own.
      if (problem === undefined || problem.at === 'op') return [];
      return [
        { path: [index, 'config', 'value'], at: value === undefined ? 'key' : 'value', message: problem.message },
      ];
    }
    return type === 'explode' && path === '$' ? [valueFinding([index, 'config', 'path'], NO_KEY_TO_EXPLODE)] : [];
  });
}
