import type { Finding } from '../config/check/findings.js';
import { schemaCheck } from '../config/check/schema-check.js';
import { pipelineFileSchema } from './pipeline-schema.js';
import { checkSink, isSinkSecret } from './sink-config.js';
import { checkSpool } from './spool-config.js';

/** What a file that held this sink would be told of its `config`, by the paths in that. */
export function sinkFindings(sink: { readonly type: string; readonly config: object }): Finding[] {
  return [...findingsIn(['sink', 'config'], { sink }, (path) => isSinkSecret(sink, path)), ...checkSink(sink)];
}

/** The same of a spool. */
export function spoolFindings(spool: object): Finding[] {
  return findingsIn(['spool'], { sink: { type: 'stdout', config: {} }, spool }, () => false).concat(checkSpool(spool));
}

function findingsIn(place: readonly string[], parts: object, isHidden: (path: Finding['path']) => boolean): Finding[] {
  const source = { type: 'websocket', config: { url: 'ws://localhost', unbounded: true } };
  const depth = place.length + 1;
  const { findings } = checkSchema({ version: 1, pipeline: { source, ...parts } }, (path) =>
    isHidden(path.slice(depth)),
  );
  return findings.map((finding) => ({ ...finding, path: finding.path.slice(depth) }));
}

const checkSchema = schemaCheck('pipeline', pipelineFileSchema);
