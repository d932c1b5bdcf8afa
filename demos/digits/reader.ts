import type { Edit, Engine, Model, Tensor, WorkerEngine, WorkerModel } from 'attention-playground';
import { kSide } from './drawing.ts';
import { arranged, hiding, inPlace, isMoved, type Arrangement } from './patches.ts';

/** What the model made of a picture, and of the same picture with less done to it. */
export interface Reading {
  /** The digit as it was drawn, and as the model got it. */
  drawn: Float32Array;
  picture: Float32Array;
  probs: Float32Array;
  /** Per layer (heads, tokens, tokens). */
  patterns: Tensor[];
  /** (layers, tokens, tokens): attention rollout through each layer. */
  rollout: Tensor;
  arrangement: Arrangement;
  /** Probabilities of the digit as it was drawn, with nothing changed; null where nothing is. */
  untouched: Float32Array | null;
  /** Where patches were moved: probabilities with all of them in their places, all else the same. */
  putBack: { probs: Float32Array; difference: number } | null;
}

export interface Changes {
  arrangement: Arrangement;
  positions: boolean;
  /** `layer.head` of the heads that are switched off. */
  off: ReadonlySet<string>;
}

/** Position embeddings off: zero is added in their place, to the class token too. */
function editsOf({ arrangement, positions, off }: Changes): Edit[] {
  const heads = [...off].map((name): Edit => {
    const [layer, head] = name.split('.');
    return { at: `blocks.${layer}.attn.z`, head: Number(head), set: 0 };
  });
  return [...(positions ? [] : [{ at: 'pos_embed', set: 0 }]), ...hiding(arrangement), ...heads];
}

export const isChanged = ({ arrangement, positions, off }: Changes): boolean =>
  isMoved(arrangement) || arrangement.covered.size + arrangement.hidden.size + off.size > 0 || !positions;

/** Several layers' patterns as one array. */
function stacked(patterns: readonly Tensor[]): Tensor {
  const [first] = patterns;
  const data = new Float32Array(patterns.length * first!.data.length);
  patterns.forEach((pattern, layer) => data.set(pattern.data, layer * first!.data.length));
  return { shape: [patterns.length, ...first!.shape], data };
}

/** The engine may be on this thread or in a worker. */
export async function read(
  engine: Engine | WorkerEngine,
  model: Model | WorkerModel,
  drawn: Float32Array,
  changes: Changes,
): Promise<Reading> {
  const { arrangement } = changes;
  const run = (data: Float32Array, edits: Edit[], record: string[] = []) =>
    model.run({ image: { shape: [1, kSide, kSide], data } }, { edits, record });
  const picture = arranged(drawn, arrangement);
  const inOrder = { ...arrangement, order: inPlace() };
  const [now, untouched, back] = await Promise.all([
    run(picture, editsOf(changes), ['blocks.*.attn.pattern']),
    isChanged(changes) ? run(drawn, []) : null,
    isMoved(arrangement) ? run(arranged(drawn, inOrder), editsOf({ ...changes, arrangement: inOrder })) : null,
  ]);
  const patterns = Array.from(
    { length: model.info.n_layers },
    (_, layer) => now.activations[`blocks.${layer}.attn.pattern`]!,
  );
  const difference = (other: Tensor) =>
    now.logits.data.reduce((most, logit, n) => Math.max(most, Math.abs(logit - other.data[n]!)), 0);
  return {
    drawn,
    picture,
    probs: now.probs.data,
    patterns,
    rollout: await engine.attentionRollout(stacked(patterns)),
    arrangement,
    untouched: untouched && untouched.probs.data,
    putBack: back && { probs: back.probs.data, difference: difference(back.logits) },
  };
}
