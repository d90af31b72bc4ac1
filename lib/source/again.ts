import { Writable } from 'node:stream';
import type { ResolvedSourceConfig } from '../config/source-config.js';
import { EnvelopeStep } from '../envelope/step.js';
import { ReceivedFrame } from '../frame/received-frame.js';
import { resolveRejectOptions } from '../internal/reject-options.js';
import { JsonCheck } from '../json/check.js';
import type { DeadLetter } from '../parse/dead-letter.js';
import type { ReadLetter } from '../parse/dead-letter-line.js';
import { type FrameFacts, Message } from '../parse/message.js';
import { resolveParseOptions } from '../parse/options.js';
import { ParseStep } from '../parse/step.js';
import { selectPaths } from '../select/paths.js';
import { SelectStep } from '../select/step.js';
import { TransformChain } from '../transform/transform-chain.js';
import { resolveValidateOptions } from '../validate/options.js';
import { jsonSchemaCheck } from '../validate/schema.js';
import { ValidateStep } from '../validate/step.js';
import { addedStages } from './added-stages.js';
import { parseOptions, type Surroundings, transformOptions, validateOptions } from './stage-options.js';
import { transformSteps } from './transforms.js';

/** What was refused once more, and how often before. */
export interface RefusedAgain extends DeadLetter {
  readonly replayCount: number;
}

/**
 * What was refused goes through the stages of a source again: from the one on that refused it, since what stood before that has done its part.
 * It is refused again where the stage still says no.
 */
export class Again {
  readonly #parse: ParseStep;
  readonly #validate: ValidateStep | undefined;
  readonly #select: SelectStep | undefined;
  readonly #envelope: EnvelopeStep | undefined;
  /** From each transform on. */
  readonly #chains: readonly TransformChain[];
  readonly #names: readonly string[];
  readonly #check = new JsonCheck();
  readonly #config: ResolvedSourceConfig;
  #frame: FrameFacts | undefined;
  #out: Message[] = [];
  #replayCount = 0;

  /** @param onRefused is told what is refused again, before anything else happens */
  constructor(config: ResolvedSourceConfig, onRefused: (letter: RefusedAgain) => void) {
    this.#config = config;
    const letters = new Writable({
      objectMode: true,
      write: (letter: DeadLetter, _encoding, done) => {
        onRefused({ ...letter, replayCount: this.#replayCount });
        done();
      },
    });
    this.#parse = new ParseStep(resolveParseOptions({ ...parseOptions(config, AROUND, letters), stopWhen: undefined }));
    this.#validate =
      config.recordSchema === undefined
        ? undefined
        : new ValidateStep(
            jsonSchemaCheck(config.recordSchema, 'record_schema'),
            resolveValidateOptions(validateOptions(config, AROUND, letters)),
          );
    this.#select = config.select === undefined ? undefined : new SelectStep(selectPaths(config.select, 'select'));
    this.#envelope = config.envelope ? new EnvelopeStep() : undefined;
    const steps = transformSteps(config.transforms);
    const rejects = resolveRejectOptions('transforms', transformOptions(config, AROUND, letters));
    this.#names = steps.map(({ name }) => name);
    this.#chains = steps.map(
      (_, first) =>
        new TransformChain(steps.slice(first), rejects, (bytes, start, end) => this.#emit(bytes, start, end), first),
    );
  }

  /**
   * The records that come of a letter, in order; `undefined` when it cannot be put through: its bytes are not there, or are not what
   * the stage takes, or nobody knows which one that was.
   *
   * @param sequence the number of its frame in this run
   */
  take(letter: ReadLetter, sequence: number): readonly Message[] | undefined {
    const { data, isBinary, receivedAt, connection, url } = letter;
    if (data === undefined) return undefined;
    const frame = new ReceivedFrame(data, isBinary, receivedAt, url, connection, sequence);
    this.#frame = frame;
    this.#out = [];
    this.#replayCount = letter.replayCount + 1;
    if (letter.place === 'parse' || letter.place === 'connection') {
      for (const message of this.#parse.many(frame)) this.#afterParse(message);
      return this.#out;
    }
    if (!this.#check.check(data, 0, data.length)) return undefined;
    const { start, end, hasLineBreaks } = this.#check;
    const message = Message.of(frame, data, start, end, hasLineBreaks, this.#config.bigIntegers);
    if (letter.place === 'record_schema') this.#afterParse(message);
    else if (letter.place === 'sink') this.#out.push(message);
    else {
      const chain = this.#chainFor(letter);
      if (chain === undefined) return undefined;
      chain.apply(frame, message.text, 0, message.text.length);
    }
    return this.#out;
  }

  #afterParse(message: Message): void {
    if (this.#validate !== undefined && !this.#validate.accepts(message)) return;
    const kept = this.#select === undefined ? message : this.#select.pick(message);
    const stored = this.#envelope === undefined ? kept : this.#envelope.wrap(kept);
    const [chain] = this.#chains;
    if (chain === undefined) this.#out.push(stored);
    else chain.apply(message.frame, stored.text, 0, stored.text.length);
  }

  /** By its place, or, of a letter without one, by the only transform of the name that its message has. */
  #chainFor({ place, message }: ReadLetter): TransformChain | undefined {
    const index = /^transforms\[(\d+)\]$/.exec(place)?.[1];
    if (index !== undefined) return this.#chains[Number(index)];
    const name = /^The transform `(\w+)`/.exec(message)?.[1];
    const first = this.#names.indexOf(name ?? '');
    return first === this.#names.lastIndexOf(name ?? '') ? this.#chains[first] : undefined;
  }

  #emit(bytes: Buffer, start: number, end: number): void {
    const copy = Buffer.from(bytes.subarray(start, end));
    this.#out.push(Message.of(this.#frame as FrameFacts, copy, 0, copy.length, true, this.#config.bigIntegers));
  }
}

/** Nothing is connected, and what is refused is told otherwise. */
const AROUND: Surroundings = {
  credentials: { type: 'none' },
  signal: undefined,
  logger: undefined,
  feed: undefined,
  position: undefined,
  connectBudget: undefined,
  clock: undefined,
  random: undefined,
  tls: {},
  added: addedStages(),
  decode: undefined,
  backfill: undefined,
  letters: undefined,
  surface: 'file',
};
