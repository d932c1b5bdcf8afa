import type { WeightEdit } from '../src/arrays/weightEdits.ts';
import type { LoadOptions, ModelFiles } from '../src/engine/types.ts';
import type { HeadRef } from './settings.ts';

/** The models that the site ships, each in `models/<name>/`. */
export interface ShippedModel {
  name: string;
  /** Word-level models complete words; others read characters, or pictures. */
  reads: 'words' | 'characters' | 'pictures';
  /** The head that its README measured to be telling; none where the example decides. */
  opensAt?: HeadRef;
}

export const shippedModels: readonly ShippedModel[] = [
  { name: 'sentences', reads: 'words' },
  { name: 'tang', reads: 'characters', opensAt: { layer: 2, head: 4 } },
  { name: 'shakespeare', reads: 'characters', opensAt: { layer: 3, head: 5 } },
  { name: 'sort', reads: 'characters', opensAt: { layer: 1, head: 0 } },
  { name: 'dates', reads: 'characters', opensAt: { layer: 1, head: 0 } },
  { name: 'digits', reads: 'pictures', opensAt: { layer: 3, head: 1 } },
];

export const shippedModel = (name: string | undefined): ShippedModel | undefined =>
  shippedModels.find((model) => model.name === name);

/** Name of a model that the visitor opened; a link cannot carry it. */
export const localModel = 'local';

/** A model that the visitor opened. */
export interface OwnModel {
  /** What it was called where it came from, else what its folder says. */
  title: string;
  files: ModelFiles;
  /** Its matrices stand in memory as bytes, whatever the files have. */
  quantize?: LoadOptions['quantize'];
}

/** The weights of a model, and what the visitor made of them. */
export interface Weights {
  /** The model's files as they came. */
  files: ModelFiles;
  /** One after the other. */
  edits: readonly WeightEdit[];
  /** model.safetensors with them. */
  now: ModelFiles['weights'];
}

/** The shipped model that a link names; without one, the first. */
export function modelOf(hash: string): string {
  const wanted = new URLSearchParams(hash.slice(1)).get('model');
  return (shippedModel(wanted ?? undefined) ?? shippedModels[0]!).name;
}

export function modelUrl(name: string): URL {
  return new URL(`models/${name}/`, document.baseURI);
}

/** The character model that can read most of `text`. */
export function characterModelFor(text: string): string {
  return /\p{Script=Han}/u.test(text) ? 'tang' : 'shakespeare';
}
