import type { Stand } from '../../src/elements/scene.ts';
import type { WeightTensor } from '../../src/arrays/index.ts';

/** Tensors of one layer, or those outside of all. */
export interface TensorGroup {
  /** -1 outside the layers. */
  layer: number;
  /** Of an encoder with a decoder, else ''. */
  stack: '' | 'encoder' | 'decoder';
  tensors: WeightTensor[];
}

const layerOf = (name: string): number => Number(/(?:^|\.)(?:h|layers?|blocks?)\.(\d+)\./.exec(name)?.[1] ?? -1);
const stackOf = (name: string): TensorGroup['stack'] =>
  (/(?:^|\.)(encoder|decoder)\.layers\./.exec(name)?.[1] ?? '') as TensorGroup['stack'];

/** By layers, embeddings and the like first; in a layer as in the file. */
export function groupTensors(tensors: readonly WeightTensor[]): TensorGroup[] {
  const groups = new Map<string, TensorGroup>();
  for (const tensor of tensors) {
    const [layer, stack] = [layerOf(tensor.name), stackOf(tensor.name)];
    const key = `${stack} ${layer}`;
    const group = groups.get(key) ?? { layer, stack, tensors: [] };
    groups.set(key, group);
    group.tensors.push(tensor);
  }
  const order = ['', 'encoder', 'decoder'];
  return [...groups.values()].sort((a, b) => order.indexOf(a.stack) - order.indexOf(b.stack) || a.layer - b.layer);
}

/** The tensors of the families that say most when they are silenced. */
export interface Telling {
  attention: string | undefined;
  feedForward: string | undefined;
  positions: string | undefined;
  embeddings: string | undefined;
}

const ofAttention =
  /\b(attn\.c_proj|self_attn\.o_proj|self_attn\.out_proj|attention\.output\.dense|attention\.out_lin)\.weight$/;
const ofCrossAttention = /\bmultihead_attn\.out_proj\.weight$/;
const ofFeedForward = /\b(mlp\.c_proj|mlp\.down_proj|ffn\.lin2|linear2|layer\.\d+\.output\.dense)\.weight$/;
const ofPositions = /(^|\.)(wpe\.weight|position_embeddings(\.weight)?|(src|tgt)_pos\.weight)$/;
const ofEmbeddings = /(^|\.)(wte|embed_tokens|word_embeddings|src_embed|shared)\.weight$/;

/** What a model has of them, in the layer that is shown. */
export function tellingIn(tensors: readonly WeightTensor[], layer: number, stand: Stand): Telling {
  const names = tensors.map(({ name }) => name);
  const stack = stand === 'self' ? '' : stand === 'encoder' ? 'encoder' : 'decoder';
  const here = names.filter((name) => layerOf(name) === layer && stackOf(name) === stack);
  const find = (some: readonly string[], pattern: RegExp): string | undefined =>
    some.find((name) => pattern.test(name));
  return {
    attention: find(here, stand === 'cross' ? ofCrossAttention : ofAttention),
    feedForward: find(here, ofFeedForward),
    positions: find(names, ofPositions),
    embeddings: find(names, ofEmbeddings),
  };
}
