import { Document, isMap, isScalar, type Scalar, visit } from 'yaml';
import { PLACEHOLDER_OPENING } from '../../config/placeholders/scan.js';
import { visible, visibleJson } from '../../visible.js';
import { setTheseFirst, withoutSecrets } from '../without-secrets.js';
import type { PlainPipeline } from './plain-pipeline.js';

/**
 * The pipeline file that does what a capture does, as YAML. Credentials are no part of it: a placeholder takes the place
 * of each, and a comment says which variables to set.
 *
 * @param settings what the placeholders of the address are filled from
 * @param secrets every credential that the configuration holds
 */
export function pipelineText(
  pipeline: PlainPipeline,
  settings: Readonly<Record<string, string>>,
  secrets: readonly string[],
): string {
  const { value, variables } = withoutSecrets(pipeline.source, secrets);
  const { transforms, ...config } = value as Readonly<Record<string, unknown>>;
  const document = new Document({
    version: 1,
    pipeline: {
      source: { type: 'websocket', config },
      ...(transforms === undefined ? {} : { transforms }),
      ...(pipeline.state === undefined ? {} : { state: pipeline.state }),
      ...(pipeline.spool === undefined ? {} : { spool: pipeline.spool }),
      sink: pipeline.sink,
    },
  });
  visit(document, {
    Scalar: (_key, node) => {
      if (needsQuotes(node)) node.type = 'QUOTE_DOUBLE';
    },
    Map: (_key, node) => {
      if (isMap(node) && node.items.length === 0) node.flow = true;
    },
  });
  const sets = Object.keys(settings).map((name) => ` --set ${visible(name)}=…`);
  const credentials = setTheseFirst(variables);
  const head = [
    `# Run it: spillway run FILE${sets.join('')}`,
    ...(credentials === undefined ? [] : [`# ${credentials}`]),
  ];
  // What is in quotes stays on its line.
  const text = document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.POSITIVE_INFINITY });
  return `${head.join('\n')}\n${visibleJson(text).trimEnd()}\n`;
}

/** A plain scalar with a placeholder is typed by what the variable holds; what was text is to stay text. In quotes alone, YAML has escapes. */
function needsQuotes(node: Scalar): boolean {
  const { value } = node;
  return (
    isScalar(node) && typeof value === 'string' && (value.includes(PLACEHOLDER_OPENING) || visibleJson(value) !== value)
  );
}
