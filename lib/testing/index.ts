export type { Clock, TimerHandle } from '../internal/clock.js';
export { encodeFrame, OPCODES, type WireFrame } from './encode-frame.js';
export { createFakeClock, type FakeClock } from './fake-clock.js';
export type { ClosedFacts, FeedClient } from './feed-client.js';
export { createFeedServer, type FeedServer } from './feed-server.js';
export type { FeedServerOptions, Refusal, UpgradeRequest } from './feed-server-options.js';
export { type MarketFeedOptions, marketFeed } from './market.js';
export type { FrameSource, SendManyOptions, SendOptions } from './outbox.js';
export { type ReadFramesOptions, readFrames } from './read-frames.js';
