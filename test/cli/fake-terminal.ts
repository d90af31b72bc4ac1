import { EventEmitter } from 'node:events';
import type { OutputStream } from '../../lib/cli/terminal/output.js';

/** A terminal that remembers what was written to it. */
export class FakeTerminal extends (EventEmitter as unknown as new () => OutputStream) {
  override isTTY = true;
  text = '';
  unread = 0;

  constructor(public override columns: number) {
    super();
  }

  override get writableLength(): number {
    return this.unread;
  }

  override write(text: string | Uint8Array): boolean {
    this.text += String(text);
    return true;
  }
}
