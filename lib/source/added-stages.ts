import type { Page } from '../batch/page.js';
import { optionError } from '../errors.js';
import { describe } from '../internal/options.js';
import type { Message } from '../parse/message.js';
import { itemKind, makeStep, type Stage } from '../stage/stage.js';
import type { MakeStep } from '../stage/step.js';

/** What the stages that a user adds do, in their order: over messages, before pages are made, and over pages. */
export interface AddedStages {
  readonly messages: readonly MakeStep<Message, Message>[];
  readonly pages: readonly MakeStep<Page, Page>[];
}

/** @throws {ConfigError} when one is no stage of ours, or one over messages stands behind one over pages */
export function addedStages(stages: readonly Stage[] = []): AddedStages {
  if (!Array.isArray(stages)) throw optionError('stages', `Expected an array of stages, got ${describe(stages)}.`);
  stages.forEach((stage: unknown, index) => {
    if (!isStage(stage)) throw optionError(`stages[${index}]`, `${NOT_A_STAGE}, got ${describe(stage)}.`);
    const isLate = stage[itemKind] === 'message' && stages[index - 1]?.[itemKind] === 'page';
    if (isLate)
      throw optionError(`stages[${index}]`, 'A stage over messages cannot come after one over pages. Put it first.');
  });
  return {
    messages: makersOf<Message>(stages, 'message'),
    pages: makersOf<Page>(stages, 'page'),
  };
}

function isStage(value: unknown): value is Stage {
  return typeof value === 'object' && value !== null && makeStep in value;
}

function makersOf<Item>(stages: readonly Stage[], kind: Stage[typeof itemKind]): MakeStep<Item, Item>[] {
  return stages
    .filter((stage) => stage[itemKind] === kind)
    .map((stage) => stage[makeStep] as unknown as MakeStep<Item, Item>);
}

const NOT_A_STAGE =
  'Expected what map(), filter() and their kin return (a stream of your own is put behind pages(), or between those of stages())';
