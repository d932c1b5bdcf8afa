/** The last result of a computation, given again while everything it was made from is the same. */
export function kept<Result>(): (from: readonly unknown[], make: () => Promise<Result>) => Promise<Result> {
  let last: { from: readonly unknown[]; result: Result } | null = null;
  return async (from, make) => {
    if (!last || last.from.length !== from.length || from.some((one, i) => !Object.is(one, last!.from[i]))) {
      last = { from, result: await make() };
    }
    return last.result;
  };
}
