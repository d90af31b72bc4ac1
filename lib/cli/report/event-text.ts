import type { ConnectionEvents } from '../../connect/options/events.js';
import { formatBytes, formatDuration, formatNumber } from './format.js';
import { gapText } from './gap-text.js';

/**
 * What happened on a connection, as a line; `undefined` for what needs none. Without `verbose` these are the gaps: a
 * loss with the wait that follows it, the new connection, and how long the gap was. A loss that ends the run is told as the run's end.
 *
 * @param context `lost`: the latest loss
 */
export function eventText<K extends keyof ConnectionEvents>(
  name: K,
  payload: ConnectionEvents[K],
  context: { readonly verbose: boolean; readonly lost: ConnectionEvents['disconnected'] | undefined },
): string | undefined {
  // The caller's types hold name and payload together; here the compiler cannot narrow one by the other.
  const event = { name, ...payload } as unknown as NamedEvent;
  return context.verbose ? everyEvent(event) : gapEvent(event, context.lost);
}

type NamedEvent = { [N in keyof ConnectionEvents]: { name: N } & ConnectionEvents[N] }[keyof ConnectionEvents];

function gapEvent(event: NamedEvent, lost: ConnectionEvents['disconnected'] | undefined): string | undefined {
  if (event.name === 'reconnecting') return `${lost === undefined ? '' : `${lossText(lost)} `}${waitText(event)}`;
  if (event.name === 'gap') return gapText(event);
  if (event.name === 'backfilled' && event.missing !== 0) return backfillText(event);
  if (event.name === 'connected') return unagreedText(event);
  // After a rotation a new connection has subscribed, too, and nothing was lost.
  if (event.name === 'subscribed' && event.connection > 1 && lost !== undefined)
    return `Connected again: connection ${event.connection}.`;
  return undefined;
}

function everyEvent(event: NamedEvent): string {
  switch (event.name) {
    case 'connecting':
      return `Connecting to ${event.url} (attempt ${event.attempt}).`;
    case 'connected':
      return `Connected: connection ${event.connection}${event.protocol === '' ? '' : `, sub-protocol ${event.protocol}`}.${warned(unagreedText(event))}`;
    case 'subscribed':
      return `Subscribed: ${formatNumber(event.messages, 'subscribe message')} sent; data may come.`;
    case 'subscriptionFailed':
      return event.error.message;
    case 'disconnected':
      return lossText(event);
    case 'reconnecting':
      return waitText(event);
    case 'gap':
      return gapText(event);
    case 'backfilled':
      return backfillText(event);
    case 'rotating':
      return `Rotating: a new connection is opened beside connection ${event.connection}.`;
    case 'rotated':
      return `Rotated: connection ${event.to} has taken over from connection ${event.from}.`;
    case 'rotationFailed':
      return `Not rotated: ${event.error?.message ?? 'too much waited for the old connection.'} Again in ${formatDuration(event.delayMs)}.`;
    case 'paused':
      return `Paused: the sink is slow, and ${formatNumber(event.bufferedFrames, 'record')} (${formatBytes(event.bufferedBytes)}) wait for it.`;
    case 'resumed':
      return 'Resumed: the sink caught up.';
    case 'ended':
      return `Ended receiving: ${event.cause}.`;
  }
}

/** What is said of a server that took none of the sub-protocols; `undefined` of all others. */
export function unagreedText({ protocol, offered }: ConnectionEvents['connected']): string | undefined {
  if (protocol !== '' || offered.length === 0) return undefined;
  const names = offered.map((name) => `"${name}"`).join(', ');
  return `The server took none of the sub-protocols that were offered (${names}), and the run goes on without one. \`require_protocol: true\` gives up then.`;
}

function warned(text: string | undefined): string {
  return text === undefined ? '' : ` ${text}`;
}

function lossText({ connection, url, code, reason, error, frames }: ConnectionEvents['disconnected']): string {
  if (connection === 0) return `Not connected: ${error?.message ?? `no connection to ${url}.`}`;
  const why = reason === '' ? '' : ` (${JSON.stringify(reason)})`;
  const cause = error?.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `Disconnected from ${url}: code ${code}${why}${cause}, after ${formatNumber(frames, 'frame')}.`;
}

function backfillText({ url, records, missing, why, durationMs }: ConnectionEvents['backfilled']): string {
  const brought = `Backfilled ${formatNumber(records, 'record')} from ${url} in ${formatDuration(durationMs)}`;
  if (missing === 0) return `${brought}.`;
  return `${brought}; ${missing} of the sequence stay missing${why === undefined ? '' : `: ${why}`}.`;
}

function waitText({ attempt, delayMs }: ConnectionEvents['reconnecting']): string {
  return `Reconnecting in ${formatDuration(delayMs)} (attempt ${attempt}).`;
}
