import { channel } from 'node:diagnostics_channel';

// What happens, for whoever subscribes by `node:diagnostics_channel`. Who publishes asks for subscribers first, so that nothing is
// made for nobody. `feed` is what the feed is called, where it has a name.

/** A connection was upgraded: `feed`, and what the event `connected` has. */
export const opened = channel('spillway:websocket:open');

/** A connection ended, or did not come about: `feed`, and what the event `disconnected` has. */
export const closed = channel('spillway:websocket:close');

/** A ping was sent: `feed`, `connection`. */
export const pinged = channel('spillway:websocket:ping');

/** A pong came: `feed`, `connection`, and `rttMs` where its ping is known. */
export const ponged = channel('spillway:websocket:pong');

/** A gap is over: `feed`, `gap`. */
export const gapTold = channel('spillway:gap');

/** A page is made and goes to the sink: `feed`, `page`, and the `stream` that it comes out of. */
export const pageMade = channel('spillway:page');

/**
 * What `tracingChannel('spillway:sink:write')` stands for: a sink was given a page (`start`), has stored it (`asyncEnd`), or failed (`error`): `sink`, the stream, and `page`. What is
 * told of one page has one object as its message, but for an error.
 */
export const sinkWrite = {
  start: channel('tracing:spillway:sink:write:start'),
  end: channel('tracing:spillway:sink:write:end'),
  asyncEnd: channel('tracing:spillway:sink:write:asyncEnd'),
  error: channel('tracing:spillway:sink:write:error'),

  /** Whether somebody hears of any of these. */
  get hasSubscribers(): boolean {
    return (
      this.start.hasSubscribers || this.end.hasSubscribers || this.asyncEnd.hasSubscribers || this.error.hasSubscribers
    );
  },
};
