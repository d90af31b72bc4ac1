import { type Command, Option } from 'commander';

/** Gives a command the options that say how much it tells on standard error, and in what form. */
export function addReportOptions(command: Command): Command {
  return command
    .addOption(new Option('-q, --quiet', 'say nothing but errors').conflicts('verbose'))
    .option('--json', 'progress, events, summary and errors as JSON lines on standard error')
    .option('--verbose', 'say every connection event, and where errors come from');
}

/** What the lines of `--json` hold, for `--help`. */
export const JSON_HELP = `
JSON lines on standard error (--json); every line has type and at (epoch ms):
  progress  every 10 s: state (idle, connecting, open, waiting, ended), records, skipped,
            frames, bytes, connections, reconnects, rotations, control_frames, gaps, gap_ms,
            dropped, missing (of the sequence), duplicates, elapsed_ms, records_per_second,
            bytes_per_second, since_frame_ms (null before the first), paused, paused_ms,
            buffered_frames, buffered_bytes
  event     event (connecting, connected, subscribed, disconnected, reconnecting, gap,
            rotating, rotated, rotationFailed, stopping, abandoned; with --verbose paused,
            resumed, ended) and its facts;
            left_out when events before it were too many to tell
  refused   count, total, error: input that was skipped, at most every 10 s
  summary   ended (max_messages, idle_timeout, closed, stopped, output_closed, failed),
            signal, error_code, target, records (safely written), received (records), skipped,
            and the keys of progress from frames to elapsed_ms, paused_ms; delivery for kafka
  error     code, message, causes; for ERR_CONFIG file, problems (path, message, line,
            column); with --verbose stack`;
