// Part of `npm run build`: compiles the schemas of lib/config/ and lib/feed/ into code, and puts it in the place of
// build/config/check/compiled-schema.js, so that nobody has to wait for ajv to load and to compile when a program starts.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { transformSync } from 'esbuild';

const PROSE = new Set(['title', 'description', 'examples']);
/** Keywords whose value maps names to schemas: a name can be a word that is a keyword elsewhere. */
const MAPS = new Set(['properties', '$defs', 'patternProperties', 'dependentSchemas']);
/** Keywords whose value is no schema. */
const LITERALS = new Set(['const', 'enum', 'default']);
/** Keywords whose value is the schema of some other value than the one at hand. */
const INNER = new Set(['items', 'additionalProperties']);
/** Below so many characters, a check is shorter than a call of it. */
const WORTH_A_FUNCTION = 60;

const build = join(import.meta.dirname, '../build');
const folder = join(build, 'config');
const { AJV_OPTIONS } = await import(join(folder, 'check/ajv-options.js'));
const { sourceConfigSchema } = await import(join(folder, 'source-schema.js'));
const { pipelineFileSchema } = await import(join(build, 'feed/pipeline-schema.js'));

const ajv = new Ajv2020({ ...AJV_OPTIONS, inlineRefs: false, code: { source: true, esm: true } });
// What code takes beside a file's source is the same but for a key.
const { $schema: _, $defs: __, ...sourceInCode } = sourceConfigSchema;
const all = { ...pipelineFileSchema, $defs: { ...pipelineFileSchema.$defs, sourceInCode } };
ajv.addSchema(withFunctions(withoutProse(all)), 'pipeline');
// A source's schema is a part of the whole one, so that its code is there once.
const code = standaloneCode.default(ajv, {
  pipeline: 'pipeline',
  source: 'pipeline#/$defs/sourceInCode',
  many: 'pipeline#/$defs/many',
});
const module = `${withImports(code)}\nexport function compiledSchema(name) { return { pipeline, source, many }[name]; }`;
// Nobody reads it, and it would be a quarter of the package.
writeFileSync(join(folder, 'check/compiled-schema.js'), transformSync(module, { minify: true, format: 'esm' }).code);

/** A schema without what no check looks at: it would be most of the code, since an error shows its part of the schema. */
function withoutProse(schema) {
  if (Array.isArray(schema)) return schema.map(withoutProse);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => !PROSE.has(keyword));
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, valueWithoutProse(keyword, value)]));
}

function valueWithoutProse(keyword, value) {
  if (LITERALS.has(keyword)) return value;
  return MAPS.has(keyword) ? mapped(value, withoutProse) : withoutProse(value);
}

function mapped(schemas, change) {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, change(schema)]));
}

/**
 * The same schema with the schema of each key in `$defs`, once for all that are alike. ajv makes a function of each, and an
 * engine compiles a function when it is called: of all the keys that there are, only those that a file has.
 */
function withFunctions(root) {
  const names = new Map();
  const share = (schema) => {
    const walked = walk(schema);
    const text = JSON.stringify(walked);
    if (text.length < WORTH_A_FUNCTION) return walked;
    if (!names.has(text)) names.set(text, `shared_${names.size}`);
    return { $ref: `#/$defs/${names.get(text)}` };
  };
  const walk = (schema) => {
    if (Array.isArray(schema)) return schema.map(walk);
    if (typeof schema !== 'object' || schema === null) return schema;
    return Object.fromEntries(
      Object.entries(schema).map(([keyword, value]) => {
        if (LITERALS.has(keyword)) return [keyword, value];
        if (MAPS.has(keyword)) return [keyword, mapped(value, keyword === '$defs' ? walk : share)];
        return [keyword, INNER.has(keyword) ? share(value) : walk(value)];
      }),
    );
  };
  const { $defs, ...rest } = walk(root);
  const shared = [...names].map(([text, name]) => [name, JSON.parse(text)]);
  return { ...rest, $defs: { ...$defs, ...Object.fromEntries(shared) } };
}

/**
 * ajv writes `require()` for what its code needs at run time, in modules, too. What Node gives for a module of CommonJS holds
 * its `default`; what bundlers and Bun give is that already.
 */
function withImports(code) {
  const imports = new Map();
  const body = code.replace(/require\("([^"]+)"\)\.default/g, (_, path) => {
    const file = path.endsWith('.js') ? path : `${path}.js`;
    if (!imports.has(file)) imports.set(file, `imported${imports.size}`);
    return `(${imports.get(file)}.default ?? ${imports.get(file)})`;
  });
  return [...imports].map(([file, name]) => `import ${name} from '${file}';\n`).join('') + body;
}
