/** `compute`, which gives its last result again for the same arguments. */
export function memo<A extends unknown[], R>(compute: (...args: A) => R): (...args: A) => R {
  let last: { args: A; result: R } | null = null;
  return (...args) => {
    if (!last || args.some((arg, index) => arg !== last?.args[index])) last = { args, result: compute(...args) };
    return last.result;
  };
}
