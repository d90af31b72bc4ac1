/** How a feed is: it waits for its turn, runs, is over and waits to be started anew, or is over for good. */
export type FeedPhase = 'waiting' | 'running' | 'restarting' | 'ended' | 'failed';
