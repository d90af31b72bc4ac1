import { BATCH_OPTIONS } from '../../lib/batch/options.js';
import { authSchemas } from '../../lib/config/auth/auth-schema.js';
import type { JsonSchema } from '../../lib/config/check/schema-check.js';
import { codeNameOf } from '../../lib/config/fields/code-name.js';
import { OPTION_TABLES } from '../../lib/config/fields/option-tables.js';
import { transformKinds } from '../../lib/config/fields/transforms.js';
import { sinkKinds } from '../../lib/feed/sinks.js';
import { keyOf } from '../../lib/internal/options/key.js';
import type { AnyOption, Form, OptionTable } from '../../lib/internal/options/option.js';
import { PARSE_OPTIONS } from '../../lib/parse/options.js';

/** What is called what in files and in code, as a Markdown table: of all that has two names. */
export function namesTable(): string {
  const rows = [...sourceRows(), ...authRows(), ...transformRows(), ...sinkRows()];
  const lines = rows.filter(differs).map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  return ['| in files | in `createSource()` | of a stage by hand |', '| --- | --- | --- |', ...new Set(lines)].join(
    '\n',
  );
}

type Row = readonly [file: string, source: string, stage: string];

function sourceRows(): Row[] {
  return Object.entries(OPTION_TABLES).flatMap(([title, { table }]) =>
    Object.entries<AnyOption>(table).flatMap(([name, option]) => {
      const stage = stageOf(title, name, option);
      return [
        row(keyOf(name), name, stage),
        ...innerNames(option.form).map(([key, inner]) => row(`${keyOf(name)}.${key}`, `${name}.${inner}`, stage)),
      ];
    }),
  );
}

/** Options by hand have a name of their own in `parse()` and `batch()`. */
function stageOf(title: string, name: string, option: AnyOption): string {
  if (title === 'RecordConfig') return STAGES[name] ?? '';
  if (name === 'tls') return '';
  const own = { ParseConfig: ['parse', PARSE_OPTIONS], BatchConfig: ['batch', BATCH_OPTIONS] } as const;
  if (!(title in own)) return '`WebSocketReadable`';
  const [stage, table] = own[title as keyof typeof own];
  const [ownName] = Object.entries<unknown>(table).find(([, one]) => one === option)!;
  return ownName === name ? `\`${stage}()\`` : `\`${stage}({ ${ownName} })\``;
}

function authRows(): Row[] {
  const kinds = { oauth2: 'oauth2', oauth2_refresh: 'refreshToken', token_endpoint: 'tokenEndpoint' } as const;
  const keys = Object.keys(kinds).flatMap((kind) =>
    Object.entries<JsonSchema>(authSchemas[kind as 'oauth2'].properties),
  );
  return keys
    .filter(([key]) => key !== 'expiry_path')
    .map(([key, schema]) => {
      const users = Object.entries(kinds).filter(([kind]) => key in authSchemas[kind as 'oauth2'].properties);
      const stages = users.map(([, name]) => `\`${name}()\``).join(', ');
      return row(`auth.config.${key}`, `auth.config.${codeNameOf(key, schema)}`, stages);
    });
}

function transformRows(): Row[] {
  return Object.entries(transformKinds).flatMap(([type, { properties = {} }]) =>
    Object.entries(properties).map(([key, schema]) =>
      row(
        `transforms[].config.${key}`,
        `transforms[].config.${codeNameOf(key, schema as JsonSchema)}`,
        `\`${type}()\``,
      ),
    ),
  );
}

function sinkRows(): Row[] {
  const stages = { csv: 'csvFile', jsonl: 'jsonlFile', stdout: 'stdout', kafka: 'kafka' } as const;
  return Object.entries(sinkKinds).flatMap(([type, { keys }]) =>
    Object.entries<AnyOption>(keys).flatMap(([name, { isIgnored }]): Row[] => {
      const stage = stages[type as keyof typeof stages];
      return isIgnored === true
        ? []
        : [[`\`${keyOf(name)}\` of the sink \`${type}\``, '', `\`${stage}({ ${name} })\``]];
    }),
  );
}

function innerNames(form: Form): (readonly [key: string, name: string])[] {
  if (form.kind === 'either') return form.forms.flatMap(innerNames);
  if (form.kind === 'list') return innerNames(form.item);
  return form.kind === 'shape' ? namesOf(form.table) : [];
}

function namesOf(table: OptionTable): (readonly [key: string, name: string])[] {
  return Object.keys(table).flatMap((name) => (keyOf(name) === name ? [] : [[keyOf(name), name] as const]));
}

function row(file: string, source: string, stage: string): Row {
  return [`\`${file}\``, `\`${source}\``, stage];
}

function differs([file, source, stage]: Row): boolean {
  if (source === '') return !stage.includes(`{ ${/`(.*?)`/.exec(file)![1]} }`);
  return file !== source || stage.includes('{');
}

const STAGES: Readonly<Record<string, string>> = { onInvalidRecord: '`validate({ onError })`' };
