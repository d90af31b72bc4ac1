/** What a token of `--listen-token`, and of `token` in a file, must be: it goes into a header and an address as it is, and cannot be guessed. */
export const LISTEN_TOKEN = {
  comment: 'a token of at least 16 letters and digits, `-`, `_`, `.` or `~`',
  pattern: '^[0-9A-Za-z_.~-]{16,}$',
} as const;

export function isListenToken(text: string): boolean {
  return new RegExp(LISTEN_TOKEN.pattern, 'u').test(text);
}
