import type { FileReport, WrittenFile } from '../../sink/file/live-file.js';
import type { KafkaReport } from '../../sink/kafka/delivery/report.js';
import { rangesText } from '../../sink/ranges.js';
import type { RolledReport } from '../../sink/rolled/rolled-folder.js';
import { toldIn } from './counts-text.js';
import { formatCount, formatDuration, formatNumber } from './format.js';
import { gapsText } from './gap-text.js';
import { notGiven } from './not-given.js';
import type { Summary } from './reporter.js';
import { spoolText } from './spool-report.js';

/** How a run went, in a few lines. */
export function summaryText(summary: Summary): string[] {
  const { stats, elapsedMs, target, delivery, files, rolled, spool } = summary;
  const paused = stats.pausedMs < 1 ? '' : `, ${formatDuration(stats.pausedMs)} of it paused for the sink`;
  return [
    `Ended:    ${endText(summary)}`,
    `Records:  ${recordsText(summary)}`,
    `Received: ${toldIn('received', stats).join(', ')}`,
    `Gaps:     ${gapsText(stats)}`,
    `Took:     ${formatDuration(elapsedMs)}${paused}`,
    `Written:  ${files === undefined ? target : writtenText(files, target)}`,
    ...(files === undefined || files.gone === 0 ? [] : [`Gone:     ${goneText(files)}`]),
    ...(rolled === undefined ? [] : [`Finished: ${rolledText(rolled)}`]),
    ...(spool === undefined ? [] : [`Spool:    ${spoolText(spool)}`]),
    ...(delivery === undefined ? [] : [`Delivery: ${deliveryText(delivery, summary)}`]),
  ];
}

/** Why a run ended, as a clause. */
export function endText({ ended, signal, errorCode }: Summary): string {
  switch (ended) {
    case 'max_messages':
      return 'all records that `max_messages` asks for are there.';
    case 'max_bytes':
      return 'the records have come to as many bytes as `max_bytes` asks for.';
    case 'stop_when':
      return 'the record came that `stop_when` describes.';
    case 'max_duration':
      return 'it has lasted as long as `max_duration` asks for.';
    case 'idle_timeout':
      return 'nothing came for as long as `idle_timeout` allows.';
    case 'closed':
      return 'the server closed the connection in good order.';
    case 'stopped':
      return `stopped by ${signal ?? 'request'}.`;
    case 'max_records':
      return 'all records that `max_records` asks for are written.';
    case 'output_closed':
      return 'who read the records closed the pipe.';
    case 'failed':
      return `it failed${errorCode === undefined ? '' : ` with ${errorCode}`}.`;
  }
}

function recordsText({
  ended,
  records,
  stats,
  elapsedMs,
  delivery,
  files,
  rolled,
  deadLetter,
  spool,
}: Summary): string {
  const rate = elapsedMs < 1 ? '' : ` (${formatCount((records * 1_000) / elapsedMs)}/s)`;
  const lost =
    stats.records -
    records -
    (delivery?.diverted ?? 0) -
    (delivery?.skipped ?? 0) -
    (files?.gone ?? 0) -
    (rolled?.gone ?? 0);
  const unwritten =
    lost <= 0 || spool !== undefined
      ? ''
      : `, ${formatCount(lost)} more received and ${ended === 'max_records' ? 'not asked for' : 'not written'}`;
  const kept = stats.deadLetters === 0 ? '' : ` (${formatNumber(stats.deadLetters, 'dead letter')} in ${deadLetter})`;
  // What was skipped is told in any case, so it is the first.
  const [skipped, ...others] = toldIn('records', stats);
  return `${[`${formatCount(records)} safely written${rate}`, `${skipped}${kept}`, ...others].join(', ')}${unwritten}`;
}

/** Where the records are. Files that are gone are told by {@link goneText}. */
function writtenText({ files }: FileReport, target: string): string {
  const there = files.filter(({ state }) => state !== 'deleted');
  const only = there[0];
  if (only === undefined) return `nothing that is still there; ${target} was deleted`;
  if (there.length > 1)
    return there.map((file) => `${formatNumber(file.records, 'record')} in ${placeText(file)}`).join(', ');
  return only.state === 'untouched' ? `nothing; ${only.name} is as it was` : placeText(only);
}

/** Which files are finished, and which are not. */
function rolledText({ rolled, newest, open }: RolledReport): string {
  const finished =
    rolled === 0 ? 'no file' : rolled === 1 ? `${newest}` : `${formatCount(rolled)} files, the last one ${newest}`;
  if (open.length === 0) return finished;
  return `${finished}; ${open.length === 1 ? `${open[0]} stays open` : `${formatCount(open.length)} stay open`} for the next run`;
}

function placeText({ name, state }: WrittenFile): string {
  return state === 'moved' || state === 'replaced' ? `${name} (it was renamed while it was written to)` : name;
}

function goneText({ files, gone }: FileReport): string {
  const deleted = files.filter(({ state }) => state === 'deleted');
  const emptied = gone - deleted.reduce((sum, { records }) => sum + records, 0);
  return [
    ...deleted.map(({ name, records }) => `${formatNumber(records, 'record')}, with ${name} when it was deleted`),
    ...(emptied === 0 ? [] : [`${formatNumber(emptied, 'record')}, when the file was emptied by somebody else`]),
  ].join('; ');
}

function deliveryText(report: KafkaReport, summary: Summary): string {
  const { acknowledged, retries, diverted, skipped, undelivered, undeliveredRanges } = report;
  const parts = [`${formatCount(acknowledged)} acknowledged`, `${formatNumber(retries, 'request')} sent again`];
  if (diverted > 0) parts.push(`${formatCount(diverted)} too large, in the dead letter`);
  if (skipped > 0) parts.push(`${formatCount(skipped)} dropped for their key`);
  if (undelivered > 0) parts.push(`${formatCount(undelivered)} undelivered: ${rangesText(undeliveredRanges)}`);
  const later = notGiven(summary, report);
  if (later !== undefined) {
    const { records, first, last } = later;
    parts.push(`${formatCount(records)} received and not given to the sink: ${rangesText([{ first, last, records }])}`);
  }
  return parts.join(', ');
}
