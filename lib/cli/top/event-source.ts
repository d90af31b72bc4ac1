import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { request as requestSecurely } from 'node:https';

/** One event of a stream of them. */
export interface ServerEvent {
  readonly name: string;
  /** JSON. */
  readonly data: string;
}

/** Why there are no events, or no more. */
export class NoEvents extends Error {
  /** Whether it may be otherwise the next time. */
  readonly isPassing: boolean;

  constructor(message: string, isPassing: boolean) {
    super(message);
    this.name = 'NoEvents';
    this.isPassing = isPassing;
  }
}

/**
 * The events that a run elsewhere tells. Whoever says nothing for so long that a run would have, is held to be gone.
 *
 * @param origin of `--listen`, @param token what it asks for
 * @throws {NoEvents} whenever they end: what happened, and what to do
 */
export async function* serverEvents(
  origin: URL,
  token: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent> {
  const response = await asked(origin, token, signal);
  let text = '';
  response.setEncoding('utf8');
  try {
    for await (const chunk of response) {
      text += chunk as string;
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      if (text.length > MAX_EVENT) throw new NoEvents(`${shown(origin)} tells more at once than a run does.`, false);
      for (const block of blocks) {
        const event = eventOf(block);
        if (event !== undefined) yield event;
      }
    }
  } catch (error) {
    if (error instanceof NoEvents || signal.aborted) throw error;
    throw new NoEvents(`The connection to ${shown(origin)} was lost: ${(error as Error).message}.`, true);
  } finally {
    response.destroy();
  }
  throw new NoEvents(`${shown(origin)} tells no more.`, true);
}

/** Asks, and looks at what is answered. */
async function asked(origin: URL, token: string | undefined, signal: AbortSignal): Promise<IncomingMessage> {
  const url = new URL(`${origin.pathname.replace(/\/(events)?$/, '')}/events`, origin);
  const headers = { accept: 'text/event-stream', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const send = url.protocol === 'https:' ? requestSecurely : request;
  let response: IncomingMessage;
  try {
    response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asking: ClientRequest = send(url, { headers, signal, agent: false }, resolve);
      asking.setTimeout(SILENT_MS, () => asking.destroy(new Error(`nothing came for ${SILENT_MS / 1_000} s`)));
      asking.on('error', reject).end();
    });
  } catch (error) {
    if (signal.aborted) throw error;
    const why = (error as NodeJS.ErrnoException).message || (error as NodeJS.ErrnoException).code;
    throw new NoEvents(
      `Nobody answers at ${shown(origin)}: ${why}. Check the address, and that the run was started with --listen.`,
      true,
    );
  }
  const { statusCode: status = 0, headers: answered } = response;
  if (status === 200 && answered['content-type']?.startsWith('text/event-stream') === true) return response;
  response.destroy();
  throw refusal(status, origin, token !== undefined);
}

function refusal(status: number, origin: URL, hasToken: boolean): NoEvents {
  const who = shown(origin);
  if (status === 401) {
    const what = hasToken ? 'takes another token than the one that was given' : 'asks for a token';
    return new NoEvents(`${who} ${what}. Give that of its --listen-token by --token, or by ${VARIABLE}.`, false);
  }
  if (status === 421) {
    return new NoEvents(
      `${who} does not answer to this name. Ask by its IP address, or give the token of its --listen-token.`,
      false,
    );
  }
  if (status === 503) return new NoEvents(`${who} has too many listeners, or ends: it said 503.`, true);
  return new NoEvents(
    `${who} is no run of spillway: it answered ${status} to /events. Give the address that \`run --listen\` says.`,
    false,
  );
}

function eventOf(block: string): ServerEvent | undefined {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]),
  );
  const [name, data] = [fields.get('event'), fields.get('data')];
  return name === undefined || data === undefined ? undefined : { name, data };
}

/** Without what may be a credential. */
function shown({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}

/** Where a token is looked for that no flag gives. */
export const VARIABLE = 'SPILLWAY_LISTEN_TOKEN';
/** A run says at least once a second that it runs. */
const SILENT_MS = 10_000;
/** A thousand feeds with all their gaps. */
const MAX_EVENT = 64 * 1024 * 1024;
