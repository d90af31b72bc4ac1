import { ConfigError } from '../../errors.js';
import type { ResolvedOtel } from '../../feed/otel-config.js';
import { probeOtlp } from '../../observe/otlp.js';
import { redactUrl } from '../../secrets/redaction.js';
import { packageVersion } from '../package-facts.js';
import { failed, ok, type Verdict, warning } from './result.js';

/** Whether a collector takes what a run would tell it: it is sent a message of each signal that holds nothing. A run goes on without it. */
export async function checkOtel(otel: ResolvedOtel): Promise<Verdict> {
  const collector = redactUrl(otel.endpoint);
  let why: string | undefined;
  try {
    why = await probeOtlp({ ...otel, version: packageVersion() });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return failed('what tells it cannot be loaded', error.problems.map(({ message }) => message).join(' '));
  }
  if (why === undefined) return ok(`${collector} takes ${otel.export.join(' and ')} over ${NAMES[otel.protocol]}`);
  return warning(
    `${collector} cannot be reached, or refuses ${otel.export.join(' and ')} over ${NAMES[otel.protocol]} (${why})`,
    'A run goes on without it. Check that the collector is up, and `endpoint`, `protocol` (4317 is the usual port of `grpc`, 4318 that of `http`) and `headers` of `observability.otel`.',
  );
}

const NAMES = { grpc: 'gRPC', http: 'HTTP' } as const;
