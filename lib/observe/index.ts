export type { EventTime, EventTimeUnit } from './event-time.js';
export { type OpenTelemetry, openTelemetry } from './open-telemetry.js';
export { type Metrics, prometheus } from './prometheus.js';
export type { FeedEvents, WatchedFeed, WatchedSink, WatchedSpool } from './watched-feed.js';
