import { init } from '../engine/browser.ts';
import type { WorkerEngine, WorkerModel } from '../engine/types.ts';

/** A model that several elements of a page may use at once. */
export interface Lease {
  readonly model: WorkerModel;
  /** Gives the model back; the last one to do so frees it. */
  release(): void;
}

interface Shared {
  model: Promise<WorkerModel>;
  users: number;
}

let engine: Promise<WorkerEngine> | null = null;
const models = new Map<string, Shared>();
const listeners = new Set<() => void>();

/** One engine, in a worker, for all elements of a page. */
export function sharedEngine(): Promise<WorkerEngine> {
  engine ??= init({ worker: true }).then(
    (started) => {
      started.onRestart = () => {
        // Models of the old worker are gone; whoever shows one leases it again.
        models.clear();
        for (const listener of listeners) listener();
      };
      return started;
    },
    (error: unknown) => {
      // The next element may try again.
      engine = null;
      throw error;
    },
  );
  return engine;
}

/** Opens the model at `url`, or shares it if it is open. Throws what `init` and `loadModel` throw. */
export async function leaseModel(url: string): Promise<Lease> {
  let shared = models.get(url);
  if (!shared) {
    shared = { model: sharedEngine().then((started) => started.loadModel(url)), users: 0 };
    models.set(url, shared);
  }
  const mine = shared;
  mine.users += 1;
  const release = () => {
    mine.users -= 1;
    if (mine.users > 0) return;
    if (models.get(url) === mine) models.delete(url);
    mine.model.then(
      (model) => model.dispose(),
      () => {},
    );
  };
  try {
    return { model: await mine.model, release };
  } catch (error) {
    release();
    throw error;
  }
}

/** Calls `listener` when the worker was replaced; the result ends that. */
export function onEngineRestart(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
