import { tlsFromConfig } from '../../config/auth/tls-files.js';
import type { ResolvedSourceConfig } from '../../config/source-config.js';
import type { Connected, EndCause } from '../../connect/options/events.js';
import type { TlsOptions } from '../../connect/options/reach-options.js';
import { proxyFor } from '../../connect/reach/proxy.js';
import { showProxy } from '../../internal/proxy-address.js';
import { type Look, lookAt } from '../../parse/look/look.js';
import { redactUrl } from '../../secrets/redaction.js';
import { watchedCheck } from '../../source/source.js';
import { formatNumber } from '../report/format.js';
import { type Peer, peerOf } from './address.js';
import { acceptedText, failureOf, frameVerdict, reachFailure } from './connect-verdict.js';
import { Deadline } from './deadline.js';
import { checkDns } from './dns.js';
import { ok, skipped, type Verdict, warning } from './result.js';
import { checkTcp } from './tcp.js';
import { checkTls } from './tls.js';

/** Tells what one look at the feed's side found. */
export type TellFeed = (name: string, verdict: Verdict, elapsedMs: number | undefined) => void;

/** How to look. */
export interface FeedCheckOptions {
  /** How long the first frame may take once the subscribe messages were sent. */
  readonly firstFrameMs: number;
  /** The user has had enough of it. */
  readonly signal: AbortSignal;
  /** Secrets came up that the configuration does not hold. */
  secretsMet(secrets: readonly string[]): void;
}

/**
 * Looks at all between this machine and the first frame, at each address of the feed. For each it stops at the first
 * failure, since that makes the rest meaningless, and tells what was not looked at. DNS, TCP and TLS are tried by
 * themselves, for what they have to say; from the upgrade on it is the connect of a run that is watched.
 */
export async function checkFeedSide(
  config: ResolvedSourceConfig,
  options: FeedCheckOptions,
  tell: TellFeed,
): Promise<void> {
  for (const url of config.urls) {
    const suffix = config.urls.length === 1 ? '' : ` of ${new URL(url).host}`;
    await checkAddress({ ...config, url, urls: [url] }, options, (name, verdict, elapsedMs) =>
      tell(`${name}${suffix}`, verdict, elapsedMs),
    );
  }
}

async function checkAddress(config: ResolvedSourceConfig, options: FeedCheckOptions, tell: TellFeed): Promise<void> {
  const { signal } = options;
  const told = new Set<string>();
  let failure: string | undefined;
  const note: TellFeed = (name, verdict, elapsedMs) => {
    told.add(name);
    if (verdict.status === 'failed') failure = name;
    tell(name, verdict, elapsedMs);
  };
  for (const [name, probe] of PROBES) {
    if (failure !== undefined || signal.aborted) break;
    const startedAt = performance.now();
    const verdict = await probe(config, new Deadline(config.handshakeTimeoutMs, signal)).catch(reachFailure);
    if (!signal.aborted) note(name, verdict, verdict.status === 'skipped' ? undefined : performance.now() - startedAt);
  }
  if (failure === undefined && !signal.aborted) await checkConnect(config, options, note);
  const why = failure === undefined ? 'interrupted' : `since ${failure} failed`;
  for (const name of STEPS) {
    if (!told.has(name)) tell(name, skipped(`not looked at${failure === undefined ? ':' : ','} ${why}`), undefined);
  }
}

/** The looks before the connect of a run, each of which needs those before it. With a proxy, it is the proxy that is looked at. */
const PROBES: readonly (readonly [
  name: string,
  probe: (config: ResolvedSourceConfig, deadline: Deadline) => Promise<Verdict>,
])[] = [
  ['DNS', (config, deadline) => atFirstPeer(config, (peer) => checkDns(peer, deadline))],
  ['TCP', (config, deadline) => atFirstPeer(config, (peer) => checkTcp(peer, deadline))],
  [
    'TLS',
    async ({ url, reach }, deadline) => {
      const proxy = await proxyFor(url, reach.proxy);
      if (!/^wss:/i.test(url)) return skipped('a ws:// address is not encrypted');
      if (proxy !== undefined) return skipped(`the way leads through the proxy ${showProxy(proxy)}: the upgrade tells`);
      const given = tlsFromConfig(reach.tls);
      const tls: TlsOptions = typeof given === 'function' ? await given({ url: redactUrl(url) }) : given;
      return checkTls({ ...peerOf(new URL(url), 'url'), tls }, deadline);
    },
  ],
];

/** Looks at the server, or at the proxy on the way to it. */
async function atFirstPeer(
  { url, reach }: ResolvedSourceConfig,
  look: (peer: Peer) => Promise<Verdict>,
): Promise<Verdict> {
  const proxy = await proxyFor(url, reach.proxy);
  if (proxy === undefined) return look(peerOf(new URL(url), 'url'));
  const verdict = await look(peerOf(proxy, 'proxy'));
  return { ...verdict, detail: `the proxy ${showProxy(proxy)}: ${verdict.detail}` };
}

/** The connect of a run, up to the first frame. */
async function checkConnect(config: ResolvedSourceConfig, options: FeedCheckOptions, tell: TellFeed): Promise<void> {
  const { firstFrameMs, signal, secretsMet } = options;
  let since = performance.now();
  let step: 'upgrade' | 'subscribe' | 'first frame' = 'upgrade';
  let cause: EndCause | undefined;
  let look: Look | undefined;
  const took = (): number => {
    const from = since;
    since = performance.now();
    return since - from;
  };
  try {
    const report = await watchedCheck(
      config,
      { signal, secretsMet },
      {
        firstFrameMs,
        connected(event) {
          // That they are good is told by the upgrade.
          tell('credentials', ok(acceptedText(config.auth)), undefined);
          tell('upgrade', upgradeVerdict(config, event), took());
          step = 'subscribe';
        },
        subscribed({ messages }) {
          tell('subscribe', ok(subscribedText(config, messages)), took());
          step = 'first frame';
        },
        framed(data) {
          look = lookAt(data);
        },
        ended(event) {
          cause = event.cause;
        },
      },
    );
    if (!signal.aborted)
      tell('first frame', frameVerdict(report.firstFrame, look, cause, config, firstFrameMs), took());
  } catch (error) {
    if (signal.aborted) return;
    const { name, verdict } = failureOf(error, step, config);
    tell(name, verdict, took());
  }
}

function subscribedText({ subscribe }: ResolvedSourceConfig, messages: number): string {
  const { subscribe: steps } = subscribe;
  const greetings = steps.filter(({ send }) => send === undefined).length;
  const confirmed = steps.filter(({ send, expect }) => send !== undefined && expect !== undefined).length;
  return [
    messages === 0 ? 'nothing to send' : `${formatNumber(messages, 'message')} sent`,
    ...(confirmed === 0 ? [] : [`${confirmed} confirmed`]),
    ...(greetings === 0 ? [] : [`${formatNumber(greetings, 'frame')} of the server's own met`]),
  ].join(', ');
}

function upgradeVerdict({ perMessageDeflate, protocols }: ResolvedSourceConfig, event: Connected): Verdict {
  const isUnagreed = protocols.length > 0 && event.protocol === '';
  const agreed = isUnagreed
    ? `none of the sub-protocols ${protocols.join(', ')} taken`
    : `sub-protocol ${event.protocol}`;
  const named = protocols.length === 0 ? 'no sub-protocol asked for' : agreed;
  const compression = event.isCompressed ? 'agreed on' : perMessageDeflate ? 'offered, and not taken' : 'not offered';
  const detail = `status 101, ${named}, compression ${compression}`;
  return isUnagreed ? warning(detail, NO_PROTOCOL) : ok(detail);
}

const NO_PROTOCOL =
  "A run goes on without one. Check `protocols` against the feed's documentation, and set `require_protocol: true` where there has to be one.";
const STEPS = ['DNS', 'TCP', 'TLS', 'credentials', 'upgrade', 'subscribe', 'first frame'] as const;
