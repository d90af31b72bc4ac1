import type { Dress } from '../../terminal/dress.js';
import type { Lines, Output, Speaker } from '../../terminal/output.js';

/** What one feed of many says: each line begins with its name, and each JSON line has it as `feed`. */
export class NamedOutput implements Speaker {
  readonly #output: Output;
  readonly #name: string;

  constructor(output: Output, name: string) {
    this.#output = output;
    this.#name = name;
  }

  /** All feeds together have the status. */
  get isTerminal(): boolean {
    return false;
  }

  say(lines: Lines, dress?: Dress): void {
    this.#output.say(this.#named(lines), dress);
  }

  mention(lines: Lines): void {
    this.#output.mention(this.#named(lines));
  }

  sayJson(facts: object): void {
    this.#output.sayJson(this.#withName(facts));
  }

  mentionJson(facts: object): void {
    this.#output.mentionJson(this.#withName(facts));
  }

  status(): void {}

  clean(text: string): string {
    return this.#output.clean(text);
  }

  #named(lines: Lines): readonly string[] {
    return [lines].flat().map((line) => `${this.#name}: ${line}`);
  }

  /** Behind what every line begins with. */
  #withName(facts: object): object {
    const { type, at, ...others } = facts as { readonly type?: unknown; readonly at?: unknown };
    return { type, at, feed: this.#name, ...others };
  }
}
