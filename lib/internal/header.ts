/** Whether HTTP takes it as the name of a header (RFC 9110, section 5.6.2). */
export function isHeaderName(name: string): boolean {
  return TOKEN.test(name);
}

/** Whether HTTP takes it as the value of a header: one line, without control characters. */
export function isHeaderValue(value: string): boolean {
  return LINE.test(value);
}

/** Whether it is text that HTTP takes as the value of a header. */
export function isHeaderText(value: unknown): value is string {
  return typeof value === 'string' && isHeaderValue(value);
}

/** Whether it is an object of headers that HTTP takes. */
export function isHeaders(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([name, text]) => isHeaderName(name) && isHeaderText(text));
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const LINE = /^[\t\x20-\x7e\x80-\xff]*$/;
