// The operators and the models as ONNX graphs. Where a graph can be written in more than one way, each way has a name; the
// contender times them and keeps the fastest that is right.
import { Graph } from './onnx.mjs';

const shapesOf = (inputs) => Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));

/** A graph of one result `y`; `held` arrays become constants of it, the others inputs. */
function operatorGraph({ held = [] }, inputs, shape, build) {
  const graph = new Graph();
  const names = Object.fromEntries(
    Object.entries(inputs).map(([name, array]) => [
      name,
      held.includes(name) ? graph.constant(name, array) : graph.input(name, array.shape),
    ]),
  );
  build(graph, names);
  graph.output('y', shape);
  return graph.encode();
}

const causalMask = (tokens) =>
  Float32Array.from({ length: tokens * tokens }, (_, cell) => (cell % tokens > Math.floor(cell / tokens) ? -1e30 : 0));

/** q, k, v (heads, tokens, width); `mask` is the name of an additive one, or empty. */
function plainAttention(graph, { q, k, v }, width, mask, ends = 1) {
  const scaled = graph.node('Mul', [q, graph.scalar(1 / Math.sqrt(width))]);
  const turned = graph.node('Transpose', [k], { perm: [0, 2, 1] });
  const scores = graph.node('MatMul', [scaled, turned]);
  const pattern = graph.node('Softmax', [mask ? graph.node('Add', [scores, mask]) : scores], { axis: -1 });
  return graph.node('MatMul', [pattern, v], {}, ends);
}

/** The same by the operator of opset 23, which wants a batch in front. */
function fusedAttention(graph, { q, k, v }, mask, attributes, ends = 1) {
  const front = graph.integers(0);
  const batched = [q, k, v].map((name) => graph.node('Unsqueeze', [name, front]));
  const z = graph.node('Attention', mask ? [...batched, mask] : batched, attributes);
  return graph.node('Squeeze', [z, front], {}, ends);
}

function encoderGraph(graph, n, { tokens, batch, n_heads }, d, attend) {
  const add = (a, b) => graph.node('Add', [a, b]);
  const map = (x, weight, bias) => add(graph.node('MatMul', [x, n[weight]]), n[bias]);
  const norm = (x, index, ends) =>
    graph.node('LayerNormalization', [x, n[`gain_${index}`], n[`bias_${index}`]], { axis: -1, epsilon: 1e-5 }, ends);
  const width = d / n_heads;
  const parts = graph.node('Split', [map(n.x, 'w_qkv', 'b_qkv')], { axis: -1, num_outputs: 3 }, 3);
  const heads = parts.map((part) => {
    const split = graph.node('Reshape', [part, graph.integers(batch, tokens, n_heads, width)]);
    return graph.node('Transpose', [split], { perm: [0, 2, 1, 3] });
  });
  const joined = graph.node('Transpose', [attend(heads, width)], { perm: [0, 2, 1, 3] });
  const z = graph.node('Reshape', [joined, graph.integers(batch, tokens, d)]);
  const middle = norm(add(n.x, map(z, 'w_o', 'b_o')), 1);
  const up = graph.node('Relu', [map(middle, 'w_up', 'b_up')]);
  norm(add(middle, map(up, 'w_down', 'b_down')), 2, 'y');
}

/** Ways to write each operator: kind -> (case, inputs) -> {name: bytes}. */
export const kOperatorGraphs = {
  matmul(row, inputs) {
    const { a, b } = shapesOf(inputs);
    const build = (graph, n) => graph.node('MatMul', [n.a, n.b], {}, 'y');
    return { MatMul: operatorGraph(row, inputs, [a[0], b[1]], build) };
  },
  softmax: (row, inputs) => ({
    Softmax: operatorGraph(row, inputs, inputs.x.shape, (graph, n) => graph.node('Softmax', [n.x], { axis: -1 }, 'y')),
  }),
  layerNorm: (row, inputs) => ({
    LayerNormalization: operatorGraph(row, inputs, inputs.x.shape, (graph, n) =>
      graph.node('LayerNormalization', [n.x, n.gain, n.bias], { axis: -1, epsilon: 1e-5 }, 'y'),
    ),
  }),
  gelu: (row, inputs) => ({
    Gelu: operatorGraph(row, inputs, inputs.x.shape, (graph, n) =>
      graph.node('Gelu', [n.x], { approximate: 'tanh' }, 'y'),
    ),
  }),
  attention(row, inputs) {
    const { shape } = inputs.q;
    const [, tokens, width] = shape;
    const plain = (graph, n) => {
      const mask = row.causal && graph.constant('mask', { shape: [tokens, tokens], data: causalMask(tokens) });
      plainAttention(graph, n, width, mask, 'y');
    };
    const fused = (graph, n) => fusedAttention(graph, n, null, { is_causal: row.causal ? 1 : 0 }, 'y');
    return {
      'MatMul, Softmax, MatMul': operatorGraph(row, inputs, shape, plain),
      'Attention of opset 23': operatorGraph(row, inputs, shape, fused),
    };
  },
  encoder(row, inputs) {
    const { shape } = inputs.x;
    const build = (attend) => (graph, n) =>
      encoderGraph(graph, n, row, shape[2], (heads, width) => attend(graph, heads, width));
    const plain = (graph, [q, k, v], width) => {
      const scaled = graph.node('Mul', [q, graph.scalar(1 / Math.sqrt(width))]);
      const scores = graph.node('MatMul', [scaled, graph.node('Transpose', [k], { perm: [0, 1, 3, 2] })]);
      return graph.node('MatMul', [graph.node('Softmax', [scores], { axis: -1 }), v]);
    };
    const fused = (graph, heads) => graph.node('Attention', heads);
    return {
      'MatMul, Softmax, MatMul': operatorGraph(row, inputs, shape, build(plain)),
      'Attention of opset 23': operatorGraph(row, inputs, shape, build(fused)),
    };
  },
};

/**
 * GPT-2 with its cache as inputs and outputs. Inputs: `ids` and `positions` (T), `mask` (T, P + T), and for each layer `k{l}` and
 * `v{l}` (heads, P, width), P = 0 at first. Outputs: `logits` (1, vocab) of the last token, `next_k{l}`, `next_v{l}`.
 */
export function gpt2Graph({ sizes, tensors }, form) {
  const { n_layer, n_head, n_embd: d, vocab_size } = sizes;
  const width = d / n_head;
  const graph = new Graph();
  for (const [name, array] of Object.entries(tensors)) graph.constant(name, array);
  const ids = graph.input('ids', ['T'], 'int64');
  const positions = graph.input('positions', ['T'], 'int64');
  const mask = graph.input('mask', ['T', 'S']);
  const add = (a, b) => graph.node('Add', [a, b]);
  const map = (x, name) => add(graph.node('MatMul', [x, `${name}.weight`]), `${name}.bias`);
  const norm = (x, name) =>
    graph.node('LayerNormalization', [x, `${name}.weight`, `${name}.bias`], { axis: -1, epsilon: 1e-5 });
  const split = graph.integers(-1, n_head, width);
  const join = graph.integers(-1, d);
  let x = add(graph.node('Gather', ['wte.weight', ids]), graph.node('Gather', ['wpe.weight', positions]));
  for (let l = 0; l < n_layer; ++l) {
    const qkv = map(norm(x, `h.${l}.ln_1`), `h.${l}.attn.c_attn`);
    const [q, newK, newV] = graph
      .node('Split', [qkv], { axis: -1, num_outputs: 3 }, 3)
      .map((part) => graph.node('Transpose', [graph.node('Reshape', [part, split])], { perm: [1, 0, 2] }));
    const [k, v] = [
      ['k', newK],
      ['v', newV],
    ].map(([name, fresh]) => {
      graph.input(`${name}${l}`, [n_head, 'P', width]);
      graph.output(`next_${name}${l}`, [n_head, 'S', width]);
      return graph.node('Concat', [`${name}${l}`, fresh], { axis: 1 }, `next_${name}${l}`);
    });
    const z =
      form === 'fused' ? fusedAttention(graph, { q, k, v }, mask, {}) : plainAttention(graph, { q, k, v }, width, mask);
    const joined = graph.node('Reshape', [graph.node('Transpose', [z], { perm: [1, 0, 2] }), join]);
    x = add(x, map(joined, `h.${l}.attn.c_proj`));
    const up = graph.node('Gelu', [map(norm(x, `h.${l}.ln_2`), `h.${l}.mlp.c_fc`)], { approximate: 'tanh' });
    x = add(x, map(up, `h.${l}.mlp.c_proj`));
  }
  const last = graph.node('Slice', [x, graph.integers(-1), graph.integers(2 ** 31), graph.integers(0)]);
  graph.node('Gemm', [norm(last, 'ln_f'), 'wte.weight'], { transB: 1 }, 'logits');
  graph.output('logits', [1, vocab_size]);
  return graph.encode();
}
