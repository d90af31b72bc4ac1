/** Whether HTTP takes it as the name of a header (RFC 9110, section 5.6.2). */
export function isHeaderName(name: string): boolean {
  return TOKEN.test(name);
}

/** Whether HTTP takes it as the value of a header: one line, without control characters. */
export function isHeaderValue(value: string): boolean {
  return LINE.test(value);
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const LINE = /^[\t\x20-\x7e\x80-\xff]*$/;
