import type { ResolvedSourceConfig } from '../../config/source-config.js';
import type { EndCause } from '../../connect/events.js';
import { watchedCheck } from '../../source.js';
import { formatNumber } from '../format.js';
import { serverAddress } from './address.js';
import { acceptedText, failureOf, frameVerdict } from './connect-verdict.js';
import { Deadline } from './deadline.js';
import { checkDns } from './dns.js';
import { failed, ok, skipped, type Verdict } from './result.js';
import { checkTcp } from './tcp.js';
import { checkTls } from './tls.js';
import { wayOf } from './way.js';

/** Tells what one look at the feed's side found. */
export type TellFeed = (name: FeedStep, verdict: Verdict, elapsedMs: number | undefined) => void;

/** The looks at the feed's side, in their order: each needs that those before it went well. */
export type FeedStep = (typeof FEED_STEPS)[number];

/** How to look. */
export interface FeedCheckOptions {
  /** How long the first frame may take once the subscribe messages were sent. */
  readonly firstFrameMs: number;
  /** The user has had enough of it. */
  readonly signal: AbortSignal;
}

/**
 * Looks at all between this machine and the first frame. It stops at the first failure, since that makes the rest
 * meaningless, and tells what was not looked at. DNS, TCP and TLS are tried by themselves, for what they have to say;
 * from the upgrade on it is the connect of a run that is watched.
 */
export async function checkFeedSide(
  config: ResolvedSourceConfig,
  options: FeedCheckOptions,
  tell: TellFeed,
): Promise<void> {
  const told = new Set<FeedStep>();
  let failure: FeedStep | undefined;
  const note: TellFeed = (name, verdict, elapsedMs) => {
    told.add(name);
    if (verdict.status === 'failed') failure = name;
    tell(name, verdict, elapsedMs);
  };
  const way = await wayOf(config, config.urls[0] as string).catch((error: Error) => {
    note('TLS', failed(error.message, 'Check the files in `tls`, and `proxy`.'), undefined);
  });
  for (const [name, probe] of PROBES) {
    if (way === undefined || failure !== undefined || options.signal.aborted) break;
    const startedAt = performance.now();
    const verdict =
      way.proxy === undefined
        ? await probe(serverAddress(config, way.tls), new Deadline(config.handshakeTimeoutMs, options.signal))
        : skipped(`the way to the server is through ${way.proxy}`);
    if (options.signal.aborted) break;
    note(name, verdict, verdict.status === 'skipped' ? undefined : performance.now() - startedAt);
  }
  if (failure === undefined && !options.signal.aborted) await checkConnect(config, options, note);
  for (const name of FEED_STEPS) {
    if (told.has(name)) continue;
    tell(
      name,
      skipped(failure === undefined ? 'not looked at: interrupted' : `not looked at, since ${failure} failed`),
      undefined,
    );
  }
}

/** The connect of a run, up to the first frame. */
async function checkConnect(config: ResolvedSourceConfig, options: FeedCheckOptions, tell: TellFeed): Promise<void> {
  const { firstFrameMs, signal } = options;
  let since = performance.now();
  let step: 'upgrade' | 'subscribe' | 'first frame' = 'upgrade';
  let cause: EndCause | undefined;
  const took = (): number => {
    const from = since;
    since = performance.now();
    return since - from;
  };
  try {
    const report = await watchedCheck(
      config,
      { signal },
      {
        firstFrameMs,
        connected(event) {
          // That they are good is told by the upgrade.
          tell('credentials', ok(acceptedText(config.auth)), undefined);
          tell('upgrade', ok(upgradeText(config, event.protocol)), took());
          step = 'subscribe';
        },
        subscribed({ messages }) {
          tell(
            'subscribe',
            ok(messages === 0 ? 'nothing to send' : `${formatNumber(messages, 'message')} sent`),
            took(),
          );
          step = 'first frame';
        },
        ended(event) {
          cause = event.cause;
        },
      },
    );
    if (!signal.aborted) tell('first frame', frameVerdict(report.firstFrame, cause, config, firstFrameMs), took());
  } catch (error) {
    if (signal.aborted) return;
    const { name, verdict } = failureOf(error, step, config);
    tell(name, verdict, took());
  }
}

function upgradeText({ perMessageDeflate, protocols }: ResolvedSourceConfig, protocol: string): string {
  const agreed = protocol === '' ? 'no sub-protocol' : `sub-protocol ${protocol}`;
  const named = protocols.length === 0 ? 'no sub-protocol asked for' : agreed;
  return `status 101, ${named}, compression ${perMessageDeflate ? 'offered' : 'not offered'}`;
}

const FEED_STEPS = ['DNS', 'TCP', 'TLS', 'credentials', 'upgrade', 'subscribe', 'first frame'] as const;

const PROBES = [
  ['DNS', checkDns],
  ['TCP', checkTcp],
  ['TLS', checkTls],
] as const;
