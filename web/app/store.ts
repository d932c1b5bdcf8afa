/** A value that tells its listeners when it is replaced. */
export interface Store<T> {
  get(): T;
  set(patch: Partial<T>): void;
  subscribe(listener: (now: T, before: T) => void): void;
}

export function createStore<T extends object>(initial: T): Store<T> {
  const listeners: ((now: T, before: T) => void)[] = [];
  let value = initial;
  return {
    get: () => value,
    set(patch) {
      const before = value;
      value = { ...value, ...patch };
      for (const listener of listeners) listener(value, before);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
  };
}
