/** 1234567 as `1,234,567`. @param {number} value */
export function count(value) {
  return WHOLE.format(value);
}

/** 12345.6 as `12.3k`. @param {number} value */
export function short(value) {
  return scaled(value, 1_000, ['', 'k', 'M', 'G', 'T'], '');
}

/** 12345 as `12.3 kB`. @param {number} value */
export function bytes(value) {
  return scaled(value, 1_000, ['B', 'kB', 'MB', 'GB', 'TB'], ' ');
}

/** 1234 as `1.2 s`. @param {number} ms */
export function duration(ms) {
  const whole = Math.max(0, ms);
  if (whole < 1_000) return `${Math.round(whole)} ms`;
  if (whole < 59_950) return `${(whole / 1_000).toFixed(1)} s`;
  const seconds = Math.round(whole / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3_600)} h`;
}

/** How long ago, in whole seconds: tenths would flicker. @param {number} ms */
export function age(ms) {
  return duration(ms < 1_000 ? 0 : Math.floor(ms / 1_000) * 1_000)
    .replace(/\.0 s$/, ' s')
    .replace(/^0 ms$/, '< 1 s');
}

/** 0.1234 as `12 %`. @param {number} share */
export function percent(share) {
  if (share === 0) return '0 %';
  if (share < 0.001) return '< 0.1 %';
  return `${share < 0.1 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`;
}

/** The time of the day, where the reader is. @param {number} at */
export function clock(at) {
  return new Date(at).toLocaleTimeString(undefined, { hour12: false });
}

/**
 * @param {number} value
 * @param {number} step
 * @param {readonly string[]} units
 * @param {string} between
 */
function scaled(value, step, units, between) {
  let left = value;
  let unit = 0;
  while (left >= step * 0.9995 && unit < units.length - 1) {
    left /= step;
    unit += 1;
  }
  const digits = unit === 0 ? (left < 10 && left % 1 !== 0 ? 1 : 0) : left < 99.95 ? 1 : 0;
  return `${left.toFixed(digits)}${between}${units[unit]}`.trimEnd();
}

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
