import { Command } from 'commander';
import { packageVersion } from './package-facts.js';

/** `spillway schema`: the JSON Schema of pipeline files, for editors. */
export function schemaCommand(): Command {
  return new Command('schema')
    .summary('print the JSON Schema of pipeline files')
    .description(
      'Prints the JSON Schema (draft 2020-12) of pipeline files on standard output: with it, an editor completes and ' +
        'explains every key. An installed package has it as dist/pipeline.schema.json, too.',
    )
    .option('--source', 'the schema of what stands below pipeline.source.config, and createSource() takes')
    .addHelpText('after', EPILOGUE)
    .action(async ({ source = false }: { readonly source?: boolean }) => {
      const [{ wholeFileSchema }, { sourceConfigSchema }, { editorSchema }] = await Promise.all([
        import('../feed/pipeline-schema.js'),
        import('../config/source-schema.js'),
        import('../config/editor-schema.js'),
      ]);
      const { $schema, ...schema } = source ? sourceConfigSchema : editorSchema(wholeFileSchema);
      const document = { $schema, $id: schemaUrl(source ? 'source' : 'pipeline'), ...schema };
      process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    });
}

/** Where a schema of this version can be had by everybody, and for ever. */
export function schemaUrl(name: 'pipeline' | 'source'): string {
  return `https://unpkg.com/spillway@${packageVersion()}/dist/${name}.schema.json`;
}

const EPILOGUE = `
Examples:
  $ spillway schema > pipeline.schema.json
  $ spillway schema --source | jq '.properties | keys'

Then as the first line of a pipeline file, for editors with the YAML language server (VS Code, Neovim, …):
  # yaml-language-server: $schema=./pipeline.schema.json
`;
