import { type KafkaReport, rangesText } from '../sink/kafka/report.js';
import { formatBytes, formatCount, formatDuration, formatNumber } from './format.js';
import { gapsText } from './gap-text.js';
import { notGiven } from './not-given.js';
import type { Summary } from './reporter.js';

/** How a run went, in a few lines. */
export function summaryText(summary: Summary): string {
  const { stats, elapsedMs, target, delivery } = summary;
  const paused = stats.pausedMs < 1 ? '' : `, ${formatDuration(stats.pausedMs)} of it paused for the sink`;
  const received = [
    formatNumber(stats.frames, 'frame'),
    formatBytes(stats.bytes),
    formatNumber(stats.reconnects, 'reconnect'),
    ...(stats.rotations === 0 ? [] : [formatNumber(stats.rotations, 'rotation')]),
    ...(stats.controlFrames === 0 ? [] : [formatNumber(stats.controlFrames, 'control frame')]),
  ];
  return [
    `Ended:    ${endText(summary)}`,
    `Records:  ${recordsText(summary)}`,
    `Received: ${received.join(', ')}`,
    `Gaps:     ${gapsText(stats)}`,
    `Took:     ${formatDuration(elapsedMs)}${paused}`,
    `Written:  ${target}`,
    ...(delivery === undefined ? [] : [`Delivery: ${deliveryText(delivery, summary)}`]),
  ].join('\n');
}

/** Why a run ended, as a clause. */
export function endText({ ended, signal, errorCode }: Summary): string {
  switch (ended) {
    case 'max_messages':
      return 'all records that `max_messages` asks for are there.';
    case 'idle_timeout':
      return 'nothing came for as long as `idle_timeout` allows.';
    case 'closed':
      return 'the server closed the connection in good order (code 1000).';
    case 'stopped':
      return `stopped by ${signal ?? 'request'}.`;
    case 'output_closed':
      return 'who read the records closed the pipe.';
    case 'failed':
      return `it failed${errorCode === undefined ? '' : ` with ${errorCode}`}.`;
  }
}

function recordsText({ records, stats, elapsedMs, delivery }: Summary): string {
  const rate = elapsedMs < 1 ? '' : ` (${formatCount((records * 1_000) / elapsedMs)}/s)`;
  const lost = stats.records - records - (delivery?.diverted ?? 0) - (delivery?.skipped ?? 0);
  const unwritten = lost <= 0 ? '' : `, ${formatCount(lost)} more received and not written`;
  return `${formatCount(records)} safely written${rate}, ${formatCount(stats.skipped)} skipped${unwritten}`;
}

function deliveryText(report: KafkaReport, { stats }: Summary): string {
  const { acknowledged, retries, diverted, skipped, undelivered, undeliveredRanges } = report;
  const parts = [`${formatCount(acknowledged)} acknowledged`, `${formatNumber(retries, 'request')} sent again`];
  if (diverted > 0) parts.push(`${formatCount(diverted)} too large, in the dead letter`);
  if (skipped > 0) parts.push(`${formatCount(skipped)} dropped for their key`);
  if (undelivered > 0) parts.push(`${formatCount(undelivered)} undelivered: ${rangesText(undeliveredRanges)}`);
  const later = notGiven(stats, report);
  if (later !== undefined) {
    const { records, first, last } = later;
    parts.push(`${formatCount(records)} received and not given to the sink: ${rangesText([{ first, last, records }])}`);
  }
  return parts.join(', ');
}
