import type { ModelFiles } from '../src/engine/types.ts';

/** The models that the site ships, each in `models/<name>/`. */
export interface ShippedModel {
  name: string;
  /** Word-level models complete words; the others read characters. */
  reads: 'words' | 'characters';
}

export const shippedModels: readonly ShippedModel[] = [
  { name: 'sentences', reads: 'words' },
  { name: 'tang', reads: 'characters' },
  { name: 'shakespeare', reads: 'characters' },
  { name: 'sort', reads: 'characters' },
];

/** Name of a model that the visitor opened; a link cannot carry it. */
export const localModel = 'local';

/** A model that the visitor opened. */
export interface OwnModel {
  /** What it was called where it came from, else what its folder says. */
  title: string;
  files: ModelFiles;
}

/** The shipped model that a link names; without one, the first. */
export function modelOf(hash: string): string {
  const wanted = new URLSearchParams(hash.slice(1)).get('model');
  return (shippedModels.find(({ name }) => name === wanted) ?? shippedModels[0]!).name;
}

export function modelUrl(name: string): URL {
  return new URL(`models/${name}/`, document.baseURI);
}

/** The character model that can read most of `text`. */
export function characterModelFor(text: string): string {
  return /\p{Script=Han}/u.test(text) ? 'tang' : 'shakespeare';
}
