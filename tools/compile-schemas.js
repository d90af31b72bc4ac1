// Part of `npm run build`: compiles the schemas of lib/config/ into code, and puts it in the place of the built
// config/compiled-schema.js, so that nobody has to wait for ajv to load and to compile when a program starts.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';

const PROSE = new Set(['title', 'description', 'examples']);
/** Keywords whose value maps names to schemas: a name can be a word that is a keyword elsewhere. */
const MAPS = new Set(['properties', '$defs', 'patternProperties', 'dependentSchemas']);
/** Keywords whose value is no schema. */
const LITERALS = new Set(['const', 'enum', 'default']);

const folder = join(import.meta.dirname, '../dist/config');
const { AJV_OPTIONS } = await import(join(folder, 'ajv-options.js'));
const { pipelineFileSchema } = await import(join(folder, 'schema.js'));

const ajv = new Ajv2020({ ...AJV_OPTIONS, code: { source: true, esm: true } });
ajv.addSchema(withoutProse(pipelineFileSchema), 'pipeline');
// A source's schema is a part of the whole one, so that its code is there once.
const code = standaloneCode.default(ajv, { pipeline: 'pipeline', source: 'pipeline#/$defs/source' });
writeFileSync(
  join(folder, 'compiled-schema.js'),
  `${withImports(code)}\nexport function compiledSchema(name) {\n  return name === 'pipeline' ? pipeline : source;\n}\n`,
);

/** A schema without what no check looks at: it would be most of the code, since an error shows its part of the schema. */
function withoutProse(schema) {
  if (Array.isArray(schema)) return schema.map(withoutProse);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => !PROSE.has(keyword));
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, valueWithoutProse(keyword, value)]));
}

function valueWithoutProse(keyword, value) {
  if (LITERALS.has(keyword)) return value;
  if (!MAPS.has(keyword)) return withoutProse(value);
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, withoutProse(schema)]));
}

/** ajv writes `require()` for what its code needs at run time, in modules, too. */
function withImports(code) {
  const imports = new Map();
  const body = code.replace(/require\("([^"]+)"\)/g, (_, path) => {
    const file = path.endsWith('.js') ? path : `${path}.js`;
    if (!imports.has(file)) imports.set(file, `imported${imports.size}`);
    return imports.get(file);
  });
  return [...imports].map(([file, name]) => `import ${name} from '${file}';\n`).join('') + body;
}
