import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applied, mutantsOf } from '../../../tools/mutants/mutants-of.js';

describe('mutantsOf()', () => {
  for (const [kind, code, ...mutated] of [
    ['condition negated', 'if (isOpen) close();', 'if (!(isOpen)) close();'],
    ['condition negated', 'f(isOpen ? a : b);', 'f(!(isOpen) ? a : b);'],
    ['loop skipped', 'while (isOpen) close();', 'while (false) close();'],
    ['loop skipped', 'for (; isOpen; ) close();', 'for (; false; ) close();'],
    ['operator changed', 'f(a < b);', 'f(a <= b);'],
    ['operator changed', 'f(a >= b);', 'f(a > b);'],
    ['operator changed', 'if (a === b) f();', 'if (a !== b) f();'],
    ['operator changed', 'f(a && b);', 'f(a || b);'],
    ['operator changed', 'f(a + b - c);', 'f(a - b - c);', 'f(a + b + c);'],
    ['operator changed', 'a += b;', 'a -= b;'],
    ['count reversed', 'a++;', 'a--;'],
    ['negation dropped', 'f(!a);', 'f(a);'],
    ['default dropped', 'f(a ?? b);', 'f(a);'],
    ['await dropped', 'const a = await f();', 'const a = f();'],
    ['statement dropped', 'await f();', ';'],
    ['statement dropped', 'this.a = b;', ';'],
    ['statement dropped', 'throw a;', ';'],
    ['guard dropped', 'if (a) { f(); g(); }', ';'],
    ['returned early', 'function f() { g(); h(); }', 'function f() {}'],
    ['number changed', 'f(0, 8);', 'f(1, 8);', 'f(0, 0);'],
    ['bound changed', 'f(Math.max(a, b));', 'f(Math.min(a, b));'],
    ['optional chaining dropped', 'f(a?.b);', 'f(a.b);'],
    ['optional chaining dropped', 'f(a?.[b]);', 'f(a[b]);'],
    ['boolean inverted', 'f(true);', 'f(false);'],
    ['string emptied', "f('a');", "f('');"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
    ['string emptied', 'f(`${a}b`);', "f('');"],
  ] as const) {
    it(`has a mutant of ${code}: ${kind}`, () => {
      const made = mutantsOf('a.ts', code).filter((mutant) => mutant.kind === kind);
      assert.deepEqual(
        made.map((mutant) => applied(code, mutant)),
        mutated,
      );
    });
  }

  for (const [what, code] of [
    ['types', "type A = 'a' | 1; interface B { c: 'a' } let d: 'a' | true;"],
    ['names of modules and keys', "import a from 'a'; export * from 'b'; const c = { 'd-e': a, 1: a };"],
    ['the step of a `for`', 'for (;; i++) {}'],
    ['text that is joined', "const b = a + '';"],
    ['the call of a parent class', 'class A extends B { constructor() { super(); } }'],
  ] as const) {
    it(`leaves ${what} as they are`, () => {
      assert.deepEqual(mutantsOf('a.ts', code), []);
    });
  }

  it('drops no statement that is all of a loop, which would not end', () => {
    const dropped = (code: string): string[] =>
      mutantsOf('a.ts', code)
        .filter(({ kind }) => kind === 'statement dropped')
        .map(({ before }) => before);
    assert.deepEqual(dropped('while (a) b();'), []);
    assert.deepEqual(dropped('do { b(); } while (a);'), []);
    assert.deepEqual(dropped('while (a) { b(); c(); }').length, 2);
    assert.deepEqual(dropped('for (const a of b) { c(); }').length, 1);
  });

  it('makes no mutant twice', () => {
    const made = mutantsOf('a.ts', 'if (!a) f();').map(({ after }) => after);
    assert.deepEqual(made, [';', 'if (a) f();', 'if (!a) ;']);
  });

  it('drops no value that is returned, and no loop that is the `else` of a guard', () => {
    const code = 'function f() { g(); return 1; }';
    assert.ok(!mutantsOf('a.ts', code).some(({ kind }) => kind === 'returned early'));
    const made = mutantsOf('a.ts', 'if (a) f(); else if (b) g();').filter(({ kind }) => kind === 'guard dropped');
    assert.deepEqual(made, []);
  });

  it('says in which lines a mutant is, and how they read', () => {
    const code = 'f();\nif (a) {\n  g();\n}\n';
    const guard = mutantsOf('lib/a.ts', code).find(({ kind }) => kind === 'guard dropped');
    const { file, line, lastLine, before, after } = guard!;
    assert.deepEqual(
      { file, line, lastLine, before, after },
      { file: 'lib/a.ts', line: 2, lastLine: 4, before: 'if (a) { …', after: ';' },
    );
  });
});
