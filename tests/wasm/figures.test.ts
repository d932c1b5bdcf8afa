import { describe, expect, it } from 'vitest';
import type { Edit, Model } from '../../web/src/engine/types.ts';
import { heldOutTexts, json, likeliest, meanSurprise, open, read } from './heldOut.ts';

/** The figures that the demos print, computed anew from the shipped files by the engine. */

describe('sentences', () => {
  type Sentence = [phenomenon: string, lang: string, decisive: number, query: number, key: number];
  interface HeldOut {
    sequences: { ids: number[]; links: Sentence[] }[];
  }
  type Groups = Record<string, number>;
  interface Best {
    layer: number;
    head: number;
    score: number;
    accuracy: number;
  }
  interface Heads {
    links: number;
    phenomena: { name: string; accuracy: number; best: Best; best_by_language: Record<string, Best> }[];
    scores: Groups[][];
    without: Groups[][];
  }
  const { sequences } = json<HeldOut>('sentences/heldout.json');
  const heads = json<Heads>('sentences/model/heads.json');

  /** Shares or means per phenomenon, and per phenomenon in one language. */
  class Means {
    #sums = new Map<string, [sum: number, count: number]>();
    add([phenomenon, lang]: Sentence, value: number): void {
      for (const group of [phenomenon, `${phenomenon}.${lang}`]) {
        const [sum, count] = this.#sums.get(group) ?? [0, 0];
        this.#sums.set(group, [sum + value, count + 1]);
      }
    }
    /** Holds against what is printed; `slack` counts sentences that rounding may tip over. */
    expect(printed: Groups, slack: number): void {
      for (const [group, [sum, count]] of this.#sums) {
        const most = slack / count + 0.0002; // the figures are printed with four decimals
        expect([group, Math.abs(sum / count - printed[group]!) <= most, sum / count]).toEqual([
          group,
          true,
          sum / count,
        ]);
      }
      expect(Object.keys(printed).sort()).toEqual([...this.#sums.keys()].sort());
    }
  }

  const textOf = (model: Model, ids: number[]) =>
    ids
      .slice(1)
      .map((id) => model.info.vocabulary[id])
      .join(' ');

  function rights(model: Model, edits: Edit[]): Means {
    const means = new Means();
    for (const { ids, links } of sequences) {
      const run = model.run(textOf(model, ids), { edits });
      expect([...run.ids]).toEqual(ids);
      for (const sentence of links) means.add(sentence, Number(likeliest(run, sentence[2] - 1) === ids[sentence[2]]));
    }
    return means;
  }

  it('gets the printed share of decisive words right, 98 % or more of each phenomenon', async () => {
    const model = await open('sentences');
    const printed: Groups = {};
    for (const { name, accuracy, best_by_language } of heads.phenomena) {
      expect([name, accuracy >= 0.98]).toEqual([name, true]);
      printed[name] = accuracy;
      for (const [lang, best] of Object.entries(best_by_language)) printed[`${name}.${lang}`] = best.accuracy;
    }
    rights(model, []).expect(printed, 1);
    expect(sequences.flatMap(({ links }) => links).length).toBe(heads.links);
  });

  it('has heads that match the links as printed, the printed one best', async () => {
    const model = await open('sentences');
    const scores = heads.scores.map((layer) => layer.map(() => new Means()));
    for (const { ids, links } of sequences) {
      const { activations } = model.run(textOf(model, ids), { record: ['blocks.*.attn.pattern'], logits: 'last' });
      scores.forEach((layer, l) => {
        const { data, shape } = activations[`blocks.${l}.attn.pattern`]!;
        const tokens = shape[1]!;
        layer.forEach((means, h) => {
          for (const sentence of links) {
            means.add(sentence, data[(h * tokens + sentence[3]) * tokens + sentence[4]]!);
          }
        });
      });
    }
    scores.forEach((layer, l) => layer.forEach((means, h) => means.expect(heads.scores[l]![h]!, 0)));
    for (const { name, best } of heads.phenomena) {
      const highest = Math.max(...heads.scores.flat().map((groups) => groups[name]!));
      expect([name, best.score, heads.scores[best.layer]![best.head]![name]]).toEqual([name, highest, highest]);
    }
  });

  it('loses what is printed when a head is switched off', async () => {
    const model = await open('sentences');
    heads.without.forEach((layer, l) =>
      layer.forEach((printed, h) =>
        rights(model, [{ at: `blocks.${l}.attn.pattern`, head: h, set: 0 }]).expect(printed, 1),
      ),
    );
  });
});

describe('sort', () => {
  interface Figures {
    right_share: number;
    lists: number;
    right_without_head: Record<string, number>;
  }
  const figures = json<Figures>('sort/model/figures.json');
  const lists = read('sort/heldout.txt').trim().split('\n');

  /** Whether the model writes the whole answer: each likeliest character is the right one, so greedy writing is too. */
  function sorts(model: Model, list: string, edits: Edit[] = []): boolean {
    const answer = `${[...list].sort().join('')};`;
    const run = model.run(`${list}>${answer}`, { edits });
    return [...answer].every((_, i) => likeliest(run, list.length + i) === run.ids[list.length + 1 + i]);
  }
  const share = (some: string[], right: (list: string) => boolean) => some.filter(right).length / some.length;

  it('sorts the printed share of unseen lists, at least 99.9 %', async () => {
    const model = await open('sort');
    expect(new Set(lists).size).toBe(figures.lists);
    const found = share(lists, (list) => sorts(model, list));
    expect(Math.abs(found - figures.right_share)).toBeLessThanOrEqual(2 / lists.length);
    expect(found).toBeGreaterThanOrEqual(0.999);
  });

  it('fails as printed without each head', async () => {
    const model = await open('sort');
    const some = lists.slice(0, 1000);
    for (const [name, printed] of Object.entries(figures.right_without_head)) {
      const [layer, head] = name.split('.').map(Number);
      const found = share(some, (list) =>
        sorts(model, list, [{ at: `blocks.${layer}.attn.pattern`, head: head!, set: 0 }]),
      );
      expect(Math.abs(found - printed)).toBeLessThanOrEqual(2 / some.length);
    }
  });
});

describe.each(['tang', 'shakespeare'] as const)('%s', (name) => {
  interface Figures {
    shipped_loss: number;
    shipped_targets: number;
  }
  const { shipped_loss, shipped_targets } = json<Figures>(`${name}/model/figures.json`);

  it('has the printed loss on the held-out text that ships', async () => {
    const { loss, targets } = meanSurprise(await open(name), heldOutTexts(name));
    expect(targets).toBe(shipped_targets);
    expect(loss).toBeCloseTo(shipped_loss, 3);
  });
});
