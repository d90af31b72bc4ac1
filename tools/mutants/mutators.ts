import ts from 'typescript';

/** A piece of a file's text, and what stands there instead. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** What one kind of mutant makes of a node of the syntax tree: nothing, or one or more edits. */
type Mutator = (node: ts.Node) => Iterable<Edit>;

/**
 * The kinds of mutants. Each changes what the program does, and nothing that a test of behaviour need not notice: no
 * types, no comments, no names.
 */
export const MUTATORS: Readonly<Record<string, Mutator>> = {
  'condition negated': function* (node) {
    const condition = conditionOf(node);
    if (condition === undefined || isNegatedByOthers(condition)) return;
    yield replaced(condition, `!(${condition.getText()})`);
  },
  // Negated, it would often run for ever.
  'loop skipped': function* (node) {
    if (ts.isWhileStatement(node) || ts.isDoStatement(node)) yield replaced(node.expression, 'false');
    if (ts.isForStatement(node) && node.condition !== undefined) yield replaced(node.condition, 'false');
  },
  'operator changed': function* (node) {
    if (!ts.isBinaryExpression(node) || isOfText(node)) return;
    const other = OTHER_OPERATOR[node.operatorToken.getText()];
    if (other !== undefined) yield replaced(node.operatorToken, other);
  },
  'count reversed': function* (node) {
    // The counter of a `for` would never get there.
    if (ts.isForStatement(node.parent) && node.parent.incrementor === node) return;
    if (!ts.isPrefixUnaryExpression(node) && !ts.isPostfixUnaryExpression(node)) return;
    const operator = OTHER_COUNT.get(node.operator);
    if (operator === undefined) return;
    const operand = node.operand.getText();
    yield replaced(node, ts.isPrefixUnaryExpression(node) ? `${operator}${operand}` : `${operand}${operator}`);
  },
  'negation dropped': function* (node) {
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      yield replaced(node, node.operand.getText());
    }
  },
  'default dropped': function* (node) {
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
      yield replaced(node, node.left.getText());
    }
  },
  'await dropped': function* (node) {
    if (ts.isAwaitExpression(node)) yield replaced(node, node.expression.getText());
  },
  'statement dropped': function* (node) {
    if (isDroppable(node) && !isAllOfLoop(node)) yield replaced(node, ';');
  },
  'guard dropped': function* (node) {
    if (!ts.isIfStatement(node) || node.elseStatement !== undefined) return;
    if (!ts.isIfStatement(node.parent)) yield replaced(node, ';');
  },
  'returned early': function* (node) {
    if (!ts.isBlock(node) || !ts.isFunctionLike(node.parent) || ts.isConstructorDeclaration(node.parent)) return;
    const [first, second] = node.statements;
    if (first === undefined || (second === undefined && isDroppable(first)) || returnsValue(node)) return;
    yield replaced(node, '{}');
  },
  'number changed': function* (node) {
    if (!ts.isNumericLiteral(node) || (ts.isPropertyAssignment(node.parent) && node.parent.name === node)) return;
    yield replaced(node, Number(node.text) === 0 ? '1' : '0');
  },
  'bound changed': function* (node) {
    if (!ts.isPropertyAccessExpression(node) || node.expression.getText() !== 'Math') return;
    if (node.name.text === 'min') yield replaced(node.name, 'max');
    if (node.name.text === 'max') yield replaced(node.name, 'min');
  },
  'optional chaining dropped': function* (node) {
    if (!ts.isQuestionDotToken(node)) return;
    yield replaced(node, ts.isPropertyAccessExpression(node.parent) ? '.' : '');
  },
  'boolean inverted': function* (node) {
    if (node.kind === ts.SyntaxKind.TrueKeyword) yield replaced(node, 'false');
    if (node.kind === ts.SyntaxKind.FalseKeyword) yield replaced(node, 'true');
  },
  'string emptied': function* (node) {
    if (ts.isTemplateExpression(node) && !ts.isTaggedTemplateExpression(node.parent)) yield replaced(node, "''");
    if (!ts.isStringLiteralLike(node) || node.text === '' || isName(node)) return;
    yield replaced(node, "''");
  },
};

const OTHER_OPERATOR: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '==': '!=',
  '!=': '==',
  '&&': '||',
  '||': '&&',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '+=': '-=',
  '-=': '+=',
  '&': '|',
  '|': '&',
  '<<': '>>',
  '>>': '<<',
  '>>>': '<<',
};

const OTHER_COUNT = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.PlusPlusToken, '--'],
  [ts.SyntaxKind.MinusMinusToken, '++'],
]);

function replaced(node: ts.Node, replacement: string): Edit {
  return { start: node.getStart(), end: node.getEnd(), replacement };
}

function conditionOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isIfStatement(node)) return node.expression;
  return ts.isConditionalExpression(node) ? node.condition : undefined;
}

/** Whether another mutant does the same: that of its operator, or of its negation. */
function isNegatedByOthers(condition: ts.Expression): boolean {
  if (ts.isPrefixUnaryExpression(condition)) return condition.operator === ts.SyntaxKind.ExclamationToken;
  return ts.isBinaryExpression(condition) && /^[!=]==?$/.test(condition.operatorToken.getText());
}

/** Whether a `+` joins text, which has no other operator. */
function isOfText({ operatorToken, left, right }: ts.BinaryExpression): boolean {
  if (operatorToken.kind !== ts.SyntaxKind.PlusToken) return false;
  return [left, right].some((side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side));
}

/** A statement that does something, and leaves the others as they are when it is not there. */
function isDroppable(node: ts.Node): boolean {
  if (ts.isReturnStatement(node)) return node.expression === undefined;
  if (ts.isThrowStatement(node) || ts.isContinueStatement(node) || ts.isBreakStatement(node)) return true;
  if (!ts.isExpressionStatement(node)) return false;
  let { expression } = node;
  while (ts.isAwaitExpression(expression) || ts.isVoidExpression(expression)) expression = expression.expression;
  if (ts.isCallExpression(expression)) return expression.expression.kind !== ts.SyntaxKind.SuperKeyword;
  return (
    ts.isBinaryExpression(expression) ||
    ts.isDeleteExpression(expression) ||
    ts.isPrefixUnaryExpression(expression) ||
    ts.isPostfixUnaryExpression(expression)
  );
}

/** Whether it is what a `while` repeats: without it, that would run for ever, which no test of the same process can end. */
function isAllOfLoop({ parent }: ts.Node): boolean {
  const body = ts.isBlock(parent) && parent.statements.length === 1 ? parent : undefined;
  const loop = body?.parent ?? parent;
  return (ts.isWhileStatement(loop) || ts.isDoStatement(loop)) && (body === undefined || loop.statement === body);
}

/** Whether a function gives something back. */
function returnsValue(body: ts.Node): boolean {
  return (
    ts.forEachChild(body, (node): boolean => {
      if (ts.isReturnStatement(node) && node.expression !== undefined) return true;
      return !ts.isFunctionLike(node) && returnsValue(node);
    }) === true
  );
}

/** Whether a string is a key, the name of a module, or part of something else that is no value by itself. */
function isName(node: ts.StringLiteralLike): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword) ||
    ts.isElementAccessExpression(parent) ||
    ts.isTaggedTemplateExpression(parent) ||
    ts.isExpressionStatement(parent)
  );
}
