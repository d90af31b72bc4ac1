import type { Finding } from '../check/findings.js';

/** One entry of a pipeline file's `params`. */
export interface Param {
  readonly type?: keyof typeof TYPES | undefined;
  readonly default?: string | number | boolean | undefined;
  readonly required?: boolean | undefined;
  readonly description?: string | undefined;
  readonly secret?: boolean | undefined;
  readonly values?: readonly unknown[] | undefined;
}

/** The values that were given by `--param`, by name. */
export type GivenParams = Readonly<Record<string, string>>;

/** The JSON Schema of `params`. */
export const paramsSchema = {
  title: 'Params',
  description: `What each start of the command gives by \`--param name=value\`, by name. \`\${param.name}\` stands for it.`,
  type: 'object',
  additionalProperties: {
    type: 'object',
    additionalProperties: false,
    properties: {
      type: { description: 'What it is.', enum: ['string', 'int', 'float', 'bool'], default: 'string' },
      default: {
        description: 'What it is when nothing is given.',
        $comment: 'text, a number, `true` or `false`',
        type: ['string', 'number', 'boolean'],
      },
      required: {
        description: 'Whether it has to be given: without a default it has to.',
        type: 'boolean',
        default: false,
      },
      description: { description: 'What it is for.', type: 'string' },
      secret: { description: 'Whether it is hidden wherever it is said.', type: 'boolean', default: false },
      values: { description: 'What it may be. Anything of its type without.', type: 'array', minItems: 1 },
    },
  },
  examples: [{ symbol: { type: 'string', default: 'btcusdt' } }],
} as const;

/** The value of a param, or what is wrong with it. */
export function paramValue(name: string, param: Param, given: GivenParams): { readonly value: unknown } | Finding {
  const wrong = (message: string, ...below: string[]): Finding => ({
    path: ['params', name, ...below],
    at: 'key',
    message,
  });
  const { expected, fromText, fromFile } = TYPES[param.type ?? 'string'];
  const text = Object.hasOwn(given, name) ? given[name] : undefined;
  if (text === undefined && param.default === undefined) {
    return wrong(`This param has no value. Give one by \`--param ${name}=…\`, or write a \`default\`.`);
  }
  const value = text === undefined ? fromFile(param.default) : fromText(text);
  if (value === undefined) {
    return text === undefined
      ? wrong(`Expected ${expected}, as \`type\` says, but found something else.`, 'default')
      : wrong(`Expected ${expected} by \`--param ${name}=…\`, but something else was given.`);
  }
  const { values } = param;
  if (values !== undefined && !values.some((one) => fromFile(one) === value)) {
    return wrong(`Expected one of ${values.map((one) => `\`${String(one)}\``).join(', ')}, as \`values\` says.`);
  }
  return { value };
}

/**
 * Everything that is wrong with `params`, and with what was given for them, beyond what their schema says. Values of a wrong
 * type pass.
 */
export function checkParams(params: unknown, given: GivenParams): Finding[] {
  const declared: object = typeof params === 'object' && params !== null ? params : {};
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  return [
    ...unknown.map((name): Finding => {
      const message = `The file has no param \`${name}\`. Declare it in \`params\`, or leave out \`--param ${name}=…\`.`;
      return { path: ['--param'], at: 'key', place: ['params'], message };
    }),
    ...Object.entries(declared).flatMap(([name, param]) => (isParam(param) ? checkParam(name, param, given) : [])),
  ];
}

/** Whether an entry is what the schema asks for, as far as its value depends on that. */
export function isParam(param: unknown): param is Param {
  if (typeof param !== 'object' || param === null) return false;
  const { type = 'string', default: fallback, values } = param as Record<keyof Param, unknown>;
  return (
    Object.keys(param).every((key) => Object.hasOwn(paramsSchema.additionalProperties.properties, key)) &&
    typeof type === 'string' &&
    Object.hasOwn(TYPES, type) &&
    (fallback === undefined || isScalar(fallback)) &&
    (values === undefined || Array.isArray(values))
  );
}

function checkParam(name: string, param: Param, given: GivenParams): Finding[] {
  const wrong = (message: string): Finding[] => [{ path: ['params', name], at: 'key', message }];
  if (!NAME.test(name)) return wrong('Expected a name of letters, digits and underscores.');
  if (param.required === true && param.default !== undefined)
    return wrong('A param with a `default` need not be given. Remove `required` or the `default`.');
  const found = paramValue(name, param, given);
  return 'message' in found ? [found] : [];
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** What is of a type: given as text on the command line, or standing in the file. `undefined`: what is given is none. */
const TYPES = {
  string: {
    expected: 'text',
    fromText: (text: string): unknown => text,
    fromFile: (value: unknown): unknown => (isScalar(value) ? String(value) : undefined),
  },
  int: {
    expected: 'a whole number',
    fromText: (text: string): unknown => (/^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined),
    fromFile: (value: unknown): unknown => (Number.isSafeInteger(value) ? value : undefined),
  },
  float: {
    expected: 'a number',
    fromText: (text: string): unknown =>
      /^[+-]?\d{1,300}(\.\d{1,300})?(e[+-]?\d{1,2})?$/i.test(text) ? Number(text) : undefined,
    fromFile: (value: unknown): unknown => (Number.isFinite(value) ? value : undefined),
  },
  bool: {
    expected: '`true` or `false`',
    fromText: (text: string): unknown => BOOLEANS[text.toLowerCase()],
    fromFile: (value: unknown): unknown => (typeof value === 'boolean' ? value : undefined),
  },
} as const;

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  1: true,
  false: false,
  no: false,
  0: false,
};
const NAME = /^[A-Za-z_]\w*$/;
