import { existsSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { PACKAGE_ROOT } from '../package-facts.js';
import { schemaUrl } from '../schema.js';

/**
 * How a pipeline file in `folder` names the schema: by a path when the package belongs to the same project, so that it
 * is there without the network and for everybody who checks the project out, and by its address otherwise.
 */
export function schemaReference(folder: string, packageRoot: string = PACKAGE_ROOT): string {
  const schema = join(packageRoot, 'dist', 'pipeline.schema.json');
  const modules = packageRoot.lastIndexOf(`${sep}node_modules${sep}`);
  const project = resolve(modules === -1 ? packageRoot : packageRoot.slice(0, modules));
  const from = resolve(folder);
  const isInside = from === project || from.startsWith(project.endsWith(sep) ? project : project + sep);
  if (!isInside || !existsSync(schema)) return schemaUrl('pipeline');
  const path = relative(from, schema).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}
