// Coverage for the guided fuzzer: a counter at the beginning of every function, branch and loop of a bundle.
import { parse } from 'acorn';

/** Where a branch is an expression, by the kind of its parent. */
const kExpressions = {
  ConditionalExpression: ['consequent', 'alternate'],
  LogicalExpression: ['right'],
  ArrowFunctionExpression: ['body'],
};
/** Where a branch is a statement that need not stand in braces. */
const kStatements = {
  IfStatement: ['consequent', 'alternate'],
  ForStatement: ['body'],
  ForInStatement: ['body'],
  ForOfStatement: ['body'],
  WhileStatement: ['body'],
  DoWhileStatement: ['body'],
};

/** `code`, a module, with counters in `globalThis.hits`, an array of numbers; `count` of them. */
export function instrument(code) {
  const inserts = [];
  let count = 0;
  const tick = () => `globalThis.hits[${count++}]++`;
  const put = (at, text) => inserts.push({ at, text });
  const isNode = (value) => typeof value?.type === 'string';

  function walk(node) {
    const wrapped = kExpressions[node.type] ?? [];
    const braced = kStatements[node.type] ?? [];
    for (const [key, value] of Object.entries(node)) {
      for (const child of [value].flat().filter(isNode)) {
        const isBlock = child.type === 'BlockStatement';
        const [open, close] = isBlock
          ? ['', '']
          : wrapped.includes(key)
            ? [`(${tick()}, `, ')']
            : braced.includes(key)
              ? [`{ ${tick()}; `, ' }']
              : ['', ''];
        if (open) put(child.start, open);
        if (isBlock) put(child.start + 1, ` ${tick()};`);
        walk(child);
        if (close) put(child.end, close);
      }
    }
    if (node.type === 'SwitchCase' && node.consequent.length > 0) put(node.consequent[0].start, `${tick()}; `);
  }

  walk(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }));
  inserts.sort((a, b) => a.at - b.at);
  let text = '';
  let at = 0;
  for (const insert of inserts) {
    text += code.slice(at, insert.at) + insert.text;
    at = insert.at;
  }
  return { code: text + code.slice(at), count };
}
