import type { ResolvedSourceConfig } from '../config/source-config.js';
import type { ResolvedOtel } from '../feed/otel-config.js';
import type { ResolvedSink } from '../feed/sinks.js';
import { Secrets } from '../secrets/secrets.js';
import type { Notice } from './report/notices.js';
import { hiddenOf, otelSecrets, secretsOf } from './secrets.js';
import type { Output } from './terminal/output.js';

/** A configuration, and what came out of its placeholders and is hidden. */
export interface Configured {
  readonly source: ResolvedSourceConfig;
  readonly sink?: ResolvedSink | undefined;
  readonly secrets: readonly string[];
  /** Where OpenTelemetry is told, if it is. */
  readonly otel?: ResolvedOtel | undefined;
}

/** Has all credentials of a configuration hidden; when one stands on the command line, that is told, once. */
export function guardSecrets(
  { source, sink, secrets, otel }: Configured,
  output: Output,
  tell: (notice: Notice) => void,
): void {
  output.hide([...hiddenOf(source, sink, secrets), ...(otel === undefined ? [] : otelSecrets(otel))]);
  const message = exposureText(secretsOf(source), secrets);
  if (message !== undefined) tell({ facts: { event: 'credential_exposed' }, message });
}

/**
 * What there is to say of credentials that stand on the command line; `undefined` when there are none.
 *
 * @param secrets all of the configuration, in whatever form
 * @param placed what placeholders gave: it is no secret of the command line
 */
export function exposureText(
  secrets: readonly string[],
  placed: readonly string[],
  words: readonly string[] = process.argv.slice(2),
): string | undefined {
  const given = new Secrets(secrets.filter((secret) => !placed.includes(secret)));
  return words.some((word) => given.isIn(word)) ? EXPOSED : undefined;
}

const EXPOSED =
  'A credential stands on the command line, where others on this machine can read it. Take it from the environment by ' +
  '`$' +
  '{env:NAME}`, in single quotes or in a pipeline file, or out of a file by `@file` where a flag takes one.';
