import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';

/** Who hears whether a collector takes what it is told: once when it does not any more, and once when it does again. */
export interface OtlpWatcher {
  /** @param why a clause: what went wrong */
  away(why: string): void;
  back(): void;
}

/** What is under way to a collector: whether that arrives, and an end to it when nobody waits any longer. */
export class OtlpReach {
  readonly #watcher: OtlpWatcher;
  readonly #agents: Agent[] = [];
  /** Exporters whose newest message did not arrive. */
  readonly #failing = new Set<object>();
  readonly #underWay = new Set<() => void>();
  #isClosed = false;

  constructor(watcher: OtlpWatcher) {
    this.#watcher = watcher;
  }

  /** What connections over HTTP are made by, to be able to end them. */
  readonly agentOf = (protocol: string): Agent => {
    const agent = new (protocol === 'https:' ? SecureAgent : Agent)({ keepAlive: true });
    this.#agents.push(agent);
    return agent;
  };

  /** The same exporter, which is watched from now on. */
  watch<Items, E extends Exporter<Items>>(exporter: E & Exporter<Items>): E {
    const send = exporter.export.bind(exporter);
    exporter.export = (items, done) => {
      const settle = (result: ExportResult): void => {
        if (!this.#underWay.delete(giveUp)) return;
        this.#note(exporter, result);
        done(result);
      };
      const giveUp = (): void => settle({ code: FAILED, error: new Error('given up') });
      this.#underWay.add(giveUp);
      send(items, settle);
    };
    return exporter;
  }

  /** Has these tell what they still have, and waits for that: less long where the collector is away. Resolves to whether it arrived in time. */
  async close(providers: readonly ({ shutdown(): Promise<void> } | undefined)[]): Promise<boolean> {
    const told = Promise.allSettled(providers.flatMap((provider) => provider?.shutdown() ?? []));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, this.#failing.size === 0 ? FLUSH_MS : FLUSH_AWAY_MS, 'late');
    });
    const isInTime = (await Promise.race([told, late])) !== 'late';
    clearTimeout(timer);
    this.#isClosed = true;
    for (const giveUp of this.#underWay) giveUp();
    for (const agent of this.#agents) agent.destroy();
    return isInTime;
  }

  #note(exporter: object, { code, error }: ExportResult): void {
    const wereFailing = this.#failing.size;
    if (code === FAILED) this.#failing.add(exporter);
    else this.#failing.delete(exporter);
    if (this.#isClosed) return;
    if (wereFailing === 0 && this.#failing.size > 0) this.#watcher.away(reasonOf(error));
    if (wereFailing > 0 && this.#failing.size === 0) this.#watcher.back();
  }
}

/** What is said of whoever sends: an exporter of the SDK. */
interface Exporter<Items> {
  export(items: Items, done: (result: ExportResult) => void): void;
}

interface ExportResult {
  readonly code: number;
  readonly error?: Error | undefined;
}

function reasonOf(error: (Error & { readonly code?: string | number }) | undefined): string {
  if (error === undefined) return 'it does not take it';
  if (error.name === 'OTLPExporterError' && typeof error.code === 'number')
    return `it answered ${error.code} ${error.message}`.trimEnd();
  return error.message === '' ? String(error.code ?? error.name) : error.message;
}

/** Of `ExportResultCode`. */
const FAILED = 1;
/** For how long the end of a run waits for its collector. */
const FLUSH_MS = 5_000;
/** The same where that has not answered before. */
const FLUSH_AWAY_MS = 1_000;
