import type { Kind, Shape, ShapeNode } from './shape.js';

/** A JSON Schema (draft 2020-12) that every record of the shape satisfies. Keys that it does not know are allowed. */
export function shapeSchema(shape: Shape): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $comment: `Made by spillway preview from ${shape.records} records${shape.isCut ? ', some of whose paths are left out' : ''}.`,
    ...nodeSchema(shape.root),
  };
}

function nodeSchema(node: ShapeNode): Record<string, unknown> {
  // What was never seen may be anything, and what is of no type must not be given one.
  if (node.seen === 0 || node.kinds.has('huge')) return {};
  const types = typesOf(node.kinds);
  const children = [...node.children];
  const objects = node.kinds.get('object');
  const required = children.filter(([, child]) => child.seen === objects).map(([key]) => key);
  return {
    type: types.length === 1 ? types[0] : types,
    ...(children.length === 0
      ? {}
      : { properties: Object.fromEntries(children.map(([key, child]) => [key, nodeSchema(child)])) }),
    ...(required.length === 0 ? {} : { required }),
    ...(node.items === undefined ? {} : { items: nodeSchema(node.items) }),
  };
}

/** In the order in which they were seen first; a `number` may be whole, too. */
export function typesOf(kinds: ReadonlyMap<Kind, number>): Kind[] {
  return [...kinds.keys()].filter((kind) => kind !== 'integer' || !kinds.has('number'));
}
