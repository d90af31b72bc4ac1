/** What says by itself when a run ends. */
export const LIMITS = ['max_messages', 'idle_timeout', 'max_duration', 'max_bytes', 'stop_when'] as const;
