/** What the page knows of a feed: `/stats.json` says what each key holds. */
export interface Facts {
  address: string | null;
  started_at: number;
  is_ready: boolean;
  not_ready: string | null;
  is_fresh: boolean;
  fresh_within_ms: number | null;
  is_connected: boolean;
  state: string;
  frames: number;
  bytes: number;
  records: number;
  skipped: number;
  filtered: number;
  dead_letters: number;
  dropped: number;
  duplicates: number;
  missing?: number;
  connections: number;
  reconnects: number;
  rotations: number;
  gaps: number;
  gap_ms: number;
  gap_cause: string | null;
  gap_since: number | null;
  paused: boolean;
  paused_ms: number;
  rtt_ms: number | null;
  buffered_frames: number;
  buffered_bytes: number;
  last_record_at: number | null;
  last_stored_at: number | null;
  unacknowledged_records: number | null;
  event_lag_ms: number | null;
  reconnects_by_cause: Record<string, number>;
  closes_by_code: Record<string, number>;
  gaps_by_cause: Record<string, number>;
  dead_letters_by_cause: Record<string, number>;
  sink: Sink | null;
  spool: { records: number; bytes: number; oldest_at: number | null; dropped: number } | null;
  files: { name: string; state: string; records: number }[] | null;
  rolled: { rolled: number; newest: string | null; open: string[]; gone: number } | null;
  open_files: { name: string; records: number; bytes: number }[] | null;
  sealed_files: Sealed[] | null;
}

export interface Sink {
  type: string;
  target: string | null;
  records: number;
  retries: number | null;
  diverted: number | null;
  skipped: number | null;
  pages: number;
  write_ms_mean: number | null;
  write_ms_p50: number | null;
  write_ms_p99: number | null;
  is_waiting: boolean;
  failure: string | null;
}

export interface Sealed {
  path: string;
  records: number;
  bytes: number;
  sha256: string;
  first_received_at: number | null;
  last_received_at: number | null;
  gaps: { count: number; ms: number; missing: number };
}

/** A gap as it is stored. */
export interface Gap {
  cause: string;
  connection: number;
  code: number | null;
  from: number;
  to: number;
  duration_ms: number;
  after_sequence: number | string | null;
  before_sequence: number | string | null;
  dropped: number;
  missing?: number | string;
  key?: string;
  /** It is not over: `to` is now. */
  isOpen?: boolean;
}

/** How counters stood, by the time. */
export interface Points {
  times: number[];
  bytes: number[];
  records: number[];
  paused_ms: number[];
}

export interface History {
  every_ms: number;
  from: number;
  bytes: number[];
  records: number[];
  paused_ms: number[];
}

export interface Feed {
  name: string;
  facts: Facts;
  gaps: Gap[];
  points: Points;
  /** Goes up with each change of its points or gaps: what is drawn of them is drawn once. */
  drawn: number;
}

/** What the event `snapshot` has; of a `delta` the keys that have changed. */
export interface Told {
  at: number;
  version?: string;
  has_tap?: boolean;
  process?: { rss_bytes: number; event_loop_lag_ms: number };
  feeds: Record<string, (Partial<Facts> & { gaps_told?: Gap[]; gaps_new?: Gap[]; history?: History }) | null>;
}
