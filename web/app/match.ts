import type { Badge } from '../src/plots/index.ts';
import type { Tensor } from '../src/engine/types.ts';
import type { Link } from '../src/plots/types.ts';

/** How much of the queries' attention each head gives to the links, as a mean in [0, 1]; the best head first. */
export function matchHeads(patterns: readonly Tensor[], links: readonly Link[]): Badge[] {
  if (links.length === 0) return [];
  const badges = patterns.flatMap(({ shape: [heads = 0, tokens = 0], data }, layer) =>
    Array.from({ length: heads }, (_, head): Badge => {
      const weights = links.map(({ query, key }) => data[(head * tokens + query) * tokens + key] ?? 0);
      return { layer, head, value: weights.reduce((sum, weight) => sum + weight, 0) / weights.length };
    }),
  );
  return badges.sort((a, b) => b.value - a.value);
}
