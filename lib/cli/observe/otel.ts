import type { ResolvedOtel } from '../../feed/otel-config.js';
import { openTelemetryOf } from '../../observe/open-telemetry.js';
import { openOtlp } from '../../observe/otlp.js';
import { redactUrl } from '../../secrets/redaction.js';
import { packageVersion } from '../package-facts.js';
import type { Reporter } from '../report/reporter.js';
import type { Output } from '../terminal/output.js';
import type { Observer } from './observer.js';
import { watchedFeed } from './watched.js';

/**
 * Tells OpenTelemetry how a run is, from before it connects until it is over.
 *
 * @throws {ConfigError} when the packages that do it are not installed
 */
export async function startOtel(
  otel: ResolvedOtel,
  { output, reporter }: { readonly output: Output; readonly reporter: Reporter },
): Promise<Observer> {
  const collector = redactUrl(otel.endpoint);
  const otlp = await openOtlp(
    { ...otel, version: packageVersion() },
    {
      away: (why) =>
        reporter.notice({
          facts: { event: 'otel_away', collector, reason: output.clean(why) },
          message: `OpenTelemetry is not told how the run is: ${collector} cannot be reached, or refuses it (${why}). The run goes on; look at \`observability.otel\`, and at the collector.`,
        }),
      back: () =>
        reporter.notice({
          facts: { event: 'otel_back', collector },
          message: `OpenTelemetry is told again how the run is: ${collector} takes it.`,
        }),
    },
  );
  const telemetry = openTelemetryOf(otlp.meter, otlp.tracer);
  return {
    watch(run, feed, teller) {
      const name = output.clean(feed.name ?? 'feed');
      telemetry.watch(name, watchedFeed(feed, run));
      teller.traced?.(telemetry.traceOf(name));
    },
    async close() {
      // What it says of the run's end is read meanwhile.
      const isTold = await otlp.close();
      telemetry.close();
      return isTold;
    },
  };
}
