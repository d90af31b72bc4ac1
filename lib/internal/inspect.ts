/** The method that `console.log()` and `util.inspect()` call, without loading `node:util`. */
export const inspectCustom: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

/** What that method is given to show parts with. */
export type Inspect = (value: unknown, options: object) => string;

/** JSON text for a person to see: clipped, without the rest of the buffer that it lies in. */
export function shownText(text: Buffer): string {
  const whole = text.toString('utf8', 0, MAX_SHOWN);
  return text.length > MAX_SHOWN ? `${whole}… (${text.length} bytes)` : whole;
}

const MAX_SHOWN = 200;
