import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { describe, it } from 'node:test';
import { JsonCheck } from '../../lib/json/check.js';
import { Generator } from './generate.js';

const INPUTS = 1_000_000;
const seed = Number(process.env['SPILLWAY_FUZZ_SEED'] ?? 20_250_115);

describe('JsonCheck against JSON.parse', () => {
  it(`agrees on ${INPUTS} generated and mutated inputs`, (t) => {
    t.diagnostic(`SPILLWAY_FUZZ_SEED=${seed}`);
    const generator = new Generator(seed);
    const check = new JsonCheck();
    const surroundings = Buffer.alloc(64 * 1024);
    const stackTraceLimit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    t.after(() => {
      Error.stackTraceLimit = stackTraceLimit;
    });

    let other = generator.text();
    let accepted = 0;
    let notUtf8 = 0;
    for (let inputs = 0; inputs < INPUTS; ) {
      const text = generator.text();
      assert.ok(agrees(check, text, surroundings, generator), 'the generator makes valid texts only');
      accepted++;
      inputs++;
      for (let mutants = 0; mutants < MUTANTS_A_TEXT; mutants++) {
        const mutant = generator.mutate(text, other);
        if (agrees(check, mutant, surroundings, generator)) accepted++;
        else if (!isUtf8(mutant)) notUtf8++;
        inputs++;
      }
      other = text;
    }

    t.diagnostic(`${accepted} accepted, ${notUtf8} refused as not UTF-8`);
    assert.ok(accepted > INPUTS / 10, 'many mutants stay valid');
    assert.ok(notUtf8 > INPUTS / 100, 'many mutants are not UTF-8');
  });
});

/** Checks one input in hostile surroundings, asserts that all that the check says of it is right, and returns the verdict. */
function agrees(check: JsonCheck, input: Buffer, surroundings: Buffer, generator: Generator): boolean {
  const start = generator.below(8);
  const end = start + input.length;
  surroundings.fill(generator.pick(HOSTILE), 0, start);
  surroundings.set(input, start);
  surroundings.fill(generator.pick(HOSTILE), end, end + 8);

  const verdict = check.check(surroundings, start, end);
  const expected = isUtf8(input) && isJson(input.toString());
  if (verdict !== expected) {
    assert.fail(`${verdict ? 'accepted' : `refused (${check.reason})`}, seed ${seed}: ${input.toString('latin1')}`);
  }
  if (verdict) {
    const value = surroundings.subarray(check.start, check.end);
    const trimmed = trim(input);
    if (check.start - start !== trimmed.start || check.end - start !== trimmed.end) {
      assert.fail(`the range is wrong, seed ${seed}: ${input}`);
    }
    if (check.hasLineBreaks !== (value.includes(0x0a) || value.includes(0x0d))) {
      assert.fail(`hasLineBreaks is wrong, seed ${seed}: ${input}`);
    }
  } else {
    // What stands before the reported offset can be gone on with: it is a whole text, or goes wrong only by ending.
    const offset = check.errorOffset;
    const reason = check.reason;
    if (offset < start || offset > end || reason === '') assert.fail(`no sense, seed ${seed}: ${reason} at ${offset}`);
    if (!check.check(surroundings, start, offset) && check.errorOffset !== offset) {
      assert.fail(`the offset ${offset - start} (${reason}) is late, seed ${seed}: ${input.toString('latin1')}`);
    }
  }
  return verdict;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function trim(input: Buffer): { start: number; end: number } {
  let start = 0;
  let end = input.length;
  while (' \t\r\n'.includes(String.fromCharCode(input[start]))) start++;
  while (' \t\r\n'.includes(String.fromCharCode(input[end - 1]))) end--;
  return { start, end };
}

const MUTANTS_A_TEXT = 39;

/** What a check that reads past its range would be led astray by. */
const HOSTILE = Buffer.from('"}]0 \\,e\x80');
