import { createInterface } from 'node:readline/promises';
import { visible } from '../../visible.js';
import type { Plan } from './plan.js';

/** Asks for a plan on the terminal. An empty answer takes what stands in brackets. */
export async function askForPlan(
  plan: Plan,
  isSeen: boolean,
  signal: AbortSignal,
): Promise<{ readonly plan: Plan; readonly isSeen: boolean }> {
  // Questions go where everything else goes that is no result.
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Under readline, the terminal gives Ctrl-C as a character.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const ask = async (question: string, fallback: string): Promise<string> => {
    const shown = fallback === '' ? '' : ` [${visible(fallback)}]`;
    return (await terminal.question(`${question}${shown}: `, { signal })).trim() || fallback;
  };
  try {
    const url = await ask('Address of the feed, ws:// or wss://', plan.url);
    const message = await ask('Message to send after connecting, if it wants one', plan.subscribeMessages.join(' '));
    const path = await ask('File for the records', plan.path);
    const count = await ask('Stop after how many records (0: never)', String(plan.maxMessages ?? 0));
    const isLooking = isSeen || /^y/i.test(await ask('Connect now, and fill in what it sends? (yes or no)', 'yes'));
    const isAsGiven = message === plan.subscribeMessages.join(' ');
    return {
      plan: {
        ...plan,
        url,
        subscribeMessages: isAsGiven ? plan.subscribeMessages : [message],
        path,
        maxMessages: /^[1-9][0-9]{0,14}$/.test(count) ? Number(count) : undefined,
      },
      isSeen: isLooking,
    };
  } finally {
    terminal.close();
  }
}
