import { secretsIn } from '../internal/options/secrets.js';
import { speakingTo } from '../internal/surface.js';
import type { SinkCheck } from '../sink/check.js';
import type { OpenSink, SinkRun } from '../sink/kind.js';
import { type ResolvedSink, sinkOf } from './sinks.js';

/**
 * The sink that a pipeline file names. It is loaded when it is used.
 *
 * @throws {ConfigError} when this machine cannot do what is configured
 */
export function openSink(sink: ResolvedSink, run: SinkRun = {}): Promise<OpenSink> {
  const { kind, config } = sinkOf(sink);
  return kind.open(speakingTo('file', config), run);
}

/** What a sink's own looks find, one by one. They are loaded when they are used. */
export function lookAtSink(sink: ResolvedSink, run: Pick<SinkRun, 'goesOn'>): AsyncIterable<SinkCheck> {
  const { kind, config } = sinkOf(sink);
  return kind.check(config, run);
}

/** @throws {ConfigError} when this machine cannot do what is configured, as far as that can be told without opening anything */
export function checkSinkUsable(sink: ResolvedSink): void {
  const { kind, config } = sinkOf(sink);
  kind.checkUsable(config);
}

/** Every credential in a sink's configuration. */
export function sinkSecrets(sink: ResolvedSink): string[] {
  const { kind, config } = sinkOf(sink);
  return secretsIn(kind.keys, config);
}
