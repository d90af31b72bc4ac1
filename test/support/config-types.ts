import { AUTH_TABLES } from '../../lib/config/auth/auth-options.js';
import { writtenOf } from '../../lib/config/fields/option-surface.js';
import { OPTION_TABLES } from '../../lib/config/fields/option-tables.js';
import { keyOf } from '../../lib/internal/options/key.js';
import type { AnyOption, Form, OptionTable } from '../../lib/internal/options/option.js';
import { comment } from './doc-comment.js';

/** lib/config/fields/option-types.ts: what a configuration may say, as interfaces made from the option tables. `npm run readme` writes it. */
export function freshConfigTypes(): string {
  const interfaces = Object.entries({ ...OPTION_TABLES, ...AUTH_TABLES }).map(([name, { about, table }]) =>
    configInterface(name, about, table),
  );
  return `// Made from the option tables by \`npm run readme\`: change those.\nimport type { FrameMatch } from '../../json/match.js';\nimport type { TransformConfig } from './transforms.js';\n\n${interfaces.join('\n')}`;
}

/** A table of options as the interface of what a configuration may say. */
export function configInterface(name: string, about: string, table: OptionTable): string {
  return `/** ${about} */\nexport interface ${name} ${members(table)}\n`;
}

function members(table: OptionTable, indent = ''): string {
  const lines = Object.entries(table).map(([name, one]) => member(name, one, `${indent}  `));
  return `{\n${lines.join('\n')}\n${indent}}`;
}

function member(name: string, { about, form, fallback, isRequired }: AnyOption, indent: string): string {
  // Within an object it is whoever takes the object that knows what is left out: its description says so.
  const isWithin = indent.length > 2;
  const type = typeOf(form, indent);
  const words = [
    ...about.description.split(' '),
    ...(isWithin || isRequired === true ? [] : [`@default ${defaultOf(form, fallback)}`]),
  ];
  return `${comment(words, indent)}\n${indent}readonly ${keyOf(name)}${isRequired === true ? `: ${type}` : `?: ${type} | undefined`};`;
}

/** As TypeScript writes what a configuration may say. */
function typeOf(form: Form, indent: string): string {
  switch (form.kind) {
    case 'duration':
    case 'bytes':
      return 'number | string';
    case 'whole':
    case 'number':
      return 'number';
    case 'flag':
      return 'boolean';
    case 'words':
      return form.words.map((word) => `'${word}'`).join(' | ');
    case 'text':
    case 'any text':
    case 'json path':
    case 'file':
      return 'string';
    case 'own':
      return form.type;
    case 'shape':
      return members(form.table, indent);
    case 'list':
      return `readonly ${typeOf(form.item, indent)}[]`;
    case 'either':
      return form.forms.map((one) => typeOf(one, indent)).join(' | ');
  }
}

/** In the terms of the configuration, as the schema has it. */
function defaultOf(form: Form, fallback: unknown): string {
  if (fallback === undefined) return 'none';
  const value = writtenOf(form, fallback);
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}
