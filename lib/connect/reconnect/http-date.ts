/**
 * The moment of an HTTP date, in epoch milliseconds: in the form of today, or in one of the two before it, which a
 * recipient must accept (RFC 9110, section 5.6.7). All of them are GMT, and the last does not say so. `NaN` for anything else.
 *
 * @param now epoch milliseconds: a year of two digits is the one that is at most 50 years ahead
 */
export function httpDate(text: string, now: number): number {
  const parts = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return Number.NaN;
  const [day, hour, minute, second] = ['day', 'hour', 'minute', 'second'].map((name) => Number(parts[name]));
  const month = MONTHS.indexOf(parts['month'] as string);
  const year = wholeYear(parts['year'] as string, new Date(now).getUTCFullYear());
  const isDay = month >= 0 && new Date(Date.UTC(year, month, day)).getUTCDate() === day;
  // A leap second is the first second of the next minute.
  const isTime = (hour as number) < 24 && (minute as number) < 60 && (second as number) <= 60;
  return isDay && isTime ? Date.UTC(year, month, day, hour, minute, second) : Number.NaN;
}

function wholeYear(text: string, thisYear: number): number {
  if (text.length === 4) return Number(text);
  const year = thisYear - (thisYear % 100) + Number(text);
  return year > thisYear + 50 ? year - 100 : year;
}

const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';
const FORMS = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(`^\\w{3}, (?<day>\\d{2}) (?<month>\\w{3}) (?<year>\\d{4}) ${TIME} GMT$`),
  // Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(`^\\w{6,9}, (?<day>\\d{2})-(?<month>\\w{3})-(?<year>\\d{2}) ${TIME} GMT$`),
  // Sun Nov  6 08:49:37 1994
  new RegExp(`^\\w{3} (?<month>\\w{3}) (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
