import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { ExplodeStep } from '../../lib/transform/explode-step.js';
import { FieldsStep } from '../../lib/transform/fields-step.js';
import { FilterStep } from '../../lib/transform/filter-step.js';
import type { RecordStep } from '../../lib/transform/record-step.js';
import { RenameStep } from '../../lib/transform/rename-step.js';
import { SetStep } from '../../lib/transform/set-step.js';
import { Generator } from '../json/generate.js';
import { applied } from './steps.js';

/** Few, so that they meet; some are written with escapes only, some are the beginning of others. */
const KEYS = ['a', 'b', 'ab', 'a_b', 'b_a', '', 'é', '"', 'x\\y', '\n', '__proto__', '0'];
const key = fc.constantFrom(...KEYS);
const leaf = fc.oneof(fc.constantFrom(0, -0, 1, 1.1, -5, 1e21, '', 'a', 'é', '5', 5, true, false, null), fc.string());

/** JSON texts as servers write them: duplicate keys, whitespace, escapes, `1.0` for 1. */
const text: fc.Arbitrary<string> = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf.map((value) => JSON.stringify(value)),
    fc.constantFrom('1.0', '1e0', '10E-1', '-0.0', '1.10', '"\\u0061"', '"\\u00e9"', '9007199254740991'),
    tie('object'),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[ ${items.join(' ,')}]`),
  ),
  object: fc
    .array(fc.tuple(written(), fc.constantFrom('', ' ', '\n'), tie('value')), { maxLength: 5 })
    .map(
      (members) =>
        `{${members.map(([name, space, value]) => `${space}${name}${space}:${space}${value}${space}`).join(',')}}`,
    ),
})).object;

/** A key, with or without needless escapes. */
function written(): fc.Arbitrary<string> {
  return fc.tuple(key, fc.boolean()).map(([name, isEscaped]) => {
    if (!isEscaped) return JSON.stringify(name);
    return `"${[...name].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
  });
}

type Members = [key: string, value: unknown][];
const path = fc.array(key, { minLength: 1, maxLength: 3 });

describe('a transform of the bytes gives what it gives of the values', () => {
  holds(
    'filter',
    fc.tuple(path, fc.constantFrom('eq', 'ne', 'exists', 'in', 'not_in'), text, fc.array(leaf)),
    ([at, op, other, list]) => {
      const value =
        op === 'exists' ? undefined : op === 'in' || op === 'not_in' ? [...list, JSON.parse(other)] : JSON.parse(other);
      const keeps = (record: unknown): boolean => {
        const found = at.reduce<unknown>((inner, name) => own(inner, name), record);
        if (found === undefined) return op === 'ne' || op === 'not_in';
        if (op === 'exists') return found !== null;
        const isSame = (one: unknown) => isDeepStrictEqual(zeroless(found), zeroless(one));
        return (
          (Array.isArray(value) && op.endsWith('in') ? value.some(isSame) : isSame(value)) ===
          (op === 'eq' || op === 'in')
        );
      };
      return {
        step: new FilterStep({ path: at, op, value }, 'filter'),
        of: (record) => (keeps(record) ? [record] : []),
      };
    },
  );

  holds('select', fc.array(key), (fields) => ({
    step: new FieldsStep('select', fields),
    of: (record) => [changed(record, (members) => members.filter(([name]) => fields.includes(name)))],
  }));

  holds('drop', fc.array(key), (fields) => ({
    step: new FieldsStep('drop', fields),
    of: (record) => [changed(record, (members) => members.filter(([name]) => !fields.includes(name)))],
  }));

  holds(
    'set',
    fc.array(
      fc.tuple(
        key.filter((name) => name !== '__proto__'),
        leaf,
      ),
    ),
    (pairs) => ({
      step: new SetStep(Object.fromEntries(pairs), 'set'),
      of: (record) => [
        changed(record, (members) => [...new Map([...members, ...Object.entries(Object.fromEntries(pairs))])]),
      ],
    }),
  );

  holds(
    'rename_field',
    fc.array(
      fc.tuple(
        key.filter((name) => name !== '__proto__'),
        key,
      ),
      { maxLength: 4 },
    ),
    (pairs) => ({
      step: new RenameStep(Object.fromEntries(pairs)),
      of: (record) => {
        const members = new Map(Object.entries(record as object));
        for (const [from, to] of Object.entries(Object.fromEntries(pairs))) {
          if (from === to || !members.has(from)) continue;
          if (members.has(to)) return undefined;
          members.set(to, members.get(from));
          members.delete(from);
        }
        return [changed(record, () => [...members])];
      },
    }),
  );

  holds(
    'explode',
    fc.record({
      path: path,
      prefix: fc.option(fc.constantFrom('', 'a', 'é'), { nil: undefined }),
      separator: fc.option(fc.constantFrom('', '_', '"'), { nil: undefined }),
      onMissing: fc.constantFrom('passthrough', 'drop', 'error'),
    }),
    (options) => ({ step: new ExplodeStep(options, 'explode'), of: (record) => exploded(record, options) }),
  );
});

/** What `explode` makes of a value; `undefined`: it cannot be applied. */
function exploded(
  record: unknown,
  {
    path: at,
    prefix,
    separator = '_',
    onMissing,
  }: { path: string[]; prefix: string | undefined; separator: string | undefined; onMissing: string },
): unknown[] | undefined {
  const last = at.at(-1)!;
  const parent = at.slice(0, -1).reduce<unknown>((inner, name) => own(inner, name), record);
  const array = Array.isArray(parent) ? undefined : own(parent, last);
  if (!Array.isArray(array) || array.length === 0) {
    return onMissing === 'error' ? undefined : onMissing === 'drop' ? [] : [record];
  }
  const before = (prefix ?? last) === '' ? '' : `${prefix ?? last}${separator}`;
  const rest = Object.entries(parent as object).filter(([name]) => name !== last);
  const children = array.map((element: unknown) => {
    const isObject = typeof element === 'object' && element !== null && !Array.isArray(element);
    const fields: Members = isObject
      ? Object.entries(element).map(([name, value]) => [before + name, value])
      : [[last, element]];
    if (isObject && fields.some(([name]) => rest.some(([taken]) => taken === name))) return undefined;
    return replaced(record, at.slice(0, -1), objectOf([...rest, ...fields]));
  });
  return children.includes(undefined) ? undefined : children;
}

function replaced(value: unknown, at: readonly string[], by: unknown): unknown {
  const [name, ...rest] = at;
  if (name === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === name ? replaced(item, rest, by) : item));
  return changed(value, (members) =>
    members.map(([one, item]) => [one, one === name ? replaced(item, rest, by) : item]),
  );
}

/** Tries a transform on texts as they are, as its values say. */
function holds<T>(
  name: string,
  options: fc.Arbitrary<T>,
  make: (given: T) => { readonly step: RecordStep; of(record: unknown): unknown[] | undefined },
): void {
  it(name, () => {
    let outcomes = 0;
    fc.assert(
      fc.property(
        options,
        fc.array(
          fc.oneof(
            text,
            fc
              .integer()
              .map((seed) => new Generator(seed).text().toString())
              .filter(isInRange),
          ),
          { minLength: 1, maxLength: 3 },
        ),
        (given, texts) => {
          const { step, of } = make(given);
          for (const record of texts) {
            const value: unknown = JSON.parse(record);
            const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
            const changes = isObject || name === 'filter' || name === 'explode';
            const wanted = changes ? of(value) : [value];
            const out = applied(step, record);
            if (Array.isArray(out)) {
              assert.deepEqual(
                out.map((one) => zeroless(JSON.parse(one))),
                zeroless(wanted),
                record,
              );
              if (out.length !== 1 || out[0] !== record) outcomes += 1;
            } else {
              assert.equal(wanted, undefined, `${record}: ${out.refused}`);
              outcomes += 1;
            }
          }
        },
      ),
      { numRuns: 3000 },
    );
    assert.ok(outcomes > 300, `only ${outcomes} records were changed at all`);
  });
}

/** Whether values can say what the bytes do: they know no 1e999. */
function isInRange(text: string): boolean {
  let isInside = true;
  JSON.parse(text, (_key, value: unknown) => {
    isInside &&= typeof value !== 'number' || Number.isFinite(value);
    return value;
  });
  return isInside;
}

function own(value: unknown, name: string): unknown {
  return typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, name) &&
    !(Array.isArray(value) && name === 'length')
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function changed(record: unknown, change: (members: Members) => Members): unknown {
  return typeof record === 'object' && record !== null && !Array.isArray(record)
    ? objectOf(change(Object.entries(record)))
    : record;
}

/** With `__proto__` as a key like any other. */
function objectOf(members: Members): unknown {
  return JSON.parse(
    `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`,
  );
}

/** JSON knows no other zero. */
function zeroless(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
