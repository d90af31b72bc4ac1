import { type Command, Option } from 'commander';
import { COUNTER_LIST } from '../../telemetry/counters.js';
import { isIn, keyIn, keysOf } from '../../telemetry/readings.js';

/** Gives a command the options that say how much it tells on standard error, and in what form. */
export function addReportOptions(command: Command): Command {
  return command
    .addOption(new Option('-q, --quiet', 'say nothing but errors').conflicts('verbose'))
    .option('--json', 'progress, events, summary and errors as JSON lines on standard error')
    .option('--verbose', 'say every connection event, and where errors come from');
}

/** The keys of the line `progress`. */
function progressKeys(): string {
  const counters = COUNTER_LIST.filter(([, counter]) => isIn('progress', counter));
  const keys = counters.map(([name, counter]) => {
    const note = counter.note ?? counter.words?.join(', ');
    return keyIn('progress', name, counter) + (note === undefined ? '' : ` (${note})`);
  });
  return keys.join(', ');
}

/** The keys of the line `summary` that `progress` has as well: from which to which, and those that stand further behind. */
function summaryKeys(): string {
  const progress = keysOf('progress');
  const [first = '', ...others] = keysOf('summary').filter((key) => progress.includes(key));
  const start = progress.indexOf(others[0]!);
  const further = others.findIndex((key, index) => key !== progress[start + index]);
  const range = `from ${others[0]} to ${others[further - 1]}`;
  return [first, `and the keys of progress ${range}`, ...others.slice(further)].join(', ');
}

/** What a line holds, as lines that fit, with the name of it before the first. */
function described(type: string, text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return `  ${type.padEnd(INDENT.length - 2)}${lines.join(`\n${INDENT}`)}`;
}

const SUMMARY =
  'ended (max_messages, max_bytes, stop_when, max_duration, idle_timeout, closed, stopped, max_records, output_closed, failed), ' +
  'signal, error_code, target, records (safely written), received (records)';
const INDENT = ' '.repeat(12);
const WIDTH = 78;

/** What the lines of `--json` hold, for `--help`. */
export const JSON_HELP = `
JSON lines on standard error (--json); every line has type and at (epoch ms):
${described('progress', `every 10 s: ${progressKeys()}`)}
  event     event (connecting, connected, subscribed, disconnected, reconnecting, gap,
            backfilled, rotating, rotated, rotationFailed, stopping, abandoned, reopened, reopenFailed; with
            --verbose paused, resumed, ended) and its facts; of a file replacing, file_renamed,
            file_deleted, file_emptied, file_mended, file_set_aside; of a disk disk_full,
            disk_has_room, disk_low, disk_not_low; of files that are finished one after another
            rolled, file_removed, file_left_over, file_left_elsewhere, file_stays_open, file_gone,
            too_many_files, manifest_torn, manifest_damaged; of a state goes_on, file_cut,
            file_cut_back, file_damaged, ledger_damaged, ledger_lost; of a spool backlog,
            spool_full, spool_has_room, spool_cut, spool_damaged, spool_unreadable, spool_set_aside,
            spool_kept, spool_ledger_damaged, spool_ledger_lost; of a sink that keeps the position
            goes_on, sink_away, sink_back; of one feed of many restarting; credential_exposed (on the
            command line);
            left_out when events before it were too many to tell
  note      file, path, message, line, column: of what a pipeline file holds that has no effect
  refused   count, total, error: input that was skipped, at most every 10 s
${described('summary', `${SUMMARY}, ${summaryKeys()}; delivery for kafka, files (name, state, records) and gone, or rolled (rolled, newest, open, gone), for jsonl; spool (path, backlog_records, backlog_bytes, backlog_ms, dropped), which progress has, too, where there is one`)}
  feeds     of many feeds, at the end: feeds, failed (feed, code, message, causes, docs), records,
            restarts, elapsed_ms; each line of one of them has feed
  error     code, message, causes, docs (where it says what to do); for ERR_CONFIG file,
            problems (path, message, line, column); with --verbose stack`;
