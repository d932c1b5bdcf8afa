import { describe, expect, it } from 'vitest';
import { arithmeticOf } from '../../web/src/elements/cell-arithmetic.ts';
import { arithmetic } from '../../web/src/plots/arithmetic.ts';
import { stepsOf } from '../../web/src/plots/arithmeticSteps.ts';
import type { ArithmeticData } from '../../web/src/plots/arithmeticSteps.ts';

const q = [1, -2, 0.5, 0];
const k = [0.25, -1, -3, 9];
// q . k = 0.25 + 2 - 1.5 + 0 = 0.75; / sqrt(4) = 0.375
const scores = [0.375, 1, -Infinity];
const sum = Math.exp(0.375 - 1) + 1;
const data: ArithmeticData = { q, k, scale: 0.5, scores, pattern: [Math.exp(-0.625) / sum, 1 / sum, 0], key: 0 };

const textOf = (element: HTMLElement) =>
  Array.from(element.querySelectorAll('tr'), (row) => Array.from(row.children, (cell) => cell.textContent));

describe('the steps', () => {
  it('retell the weight from q . k to the share', () => {
    const steps = stepsOf(data, 2);
    expect(steps.terms.map((term) => [term.dimension, term.product])).toEqual([
      [1, 2],
      [2, -1.5],
    ]);
    expect([steps.otherCount, steps.otherSum, steps.dot, steps.scaled]).toEqual([2, 0.25, 0.75, 0.375]);
    expect([steps.largest, steps.added, steps.changed, steps.masked]).toEqual([1, 0, false, false]);
    expect(steps.sum).toBeCloseTo(sum, 12);
    expect(steps.share).toBeCloseTo(data.pattern[0]!, 12);
  });

  it('give a masked key nothing', () => {
    const steps = stepsOf({ ...data, key: 2 }, 2);
    expect([steps.masked, steps.score, steps.share]).toEqual([true, -Infinity, 0]);
  });

  it('give zeros where every key is masked', () => {
    const none = [-Infinity, -Infinity, -Infinity];
    const steps = stepsOf({ ...data, scores: none, pattern: [0, 0, 0] }, 2);
    expect([steps.largest, steps.sum, steps.share, steps.changed]).toEqual([-Infinity, 0, 0, false]);
  });

  it('count the temperature in', () => {
    const steps = stepsOf({ ...data, temperature: 0.5, scores: [0.75, 2, -Infinity] }, 2);
    expect([steps.sharpened, steps.added]).toEqual([0.75, 0]);
  });

  it('name what the score has beyond q . k, and a weight that was changed afterwards', () => {
    expect(stepsOf({ ...data, scores: [0.875, 1, -Infinity] }, 2).added).toBeCloseTo(0.5, 12);
    expect(stepsOf({ ...data, pattern: [0, 0, 0] }, 2).changed).toBe(true);
  });

  it('refuse lengths that do not fit', () => {
    expect(() => stepsOf({ ...data, k: [1] }, 2)).toThrow('k: found 1 numbers, expected 4');
    expect(() => stepsOf({ ...data, scores: [1] }, 2)).toThrow('scores: found 1, expected 3');
    expect(() => stepsOf({ ...data, key: 3 }, 2)).toThrow('key: found 3, expected 0 to 2');
  });
});

describe('the panel', () => {
  it('writes the real numbers', () => {
    const panel = arithmetic(data, { query: '<b>x</b>', keyToken: ' y', top: 2 });
    expect(textOf(panel)).toEqual([
      ['1', '−2.000 × −1.000', '2.000', ''],
      ['2', '0.500 × −3.000', '−1.500', ''],
      ['2 other terms', '0.250', ''],
      ['q · k', '0.750', ''],
      ['scaled', '0.750 / √4', '0.375'],
      ['mask', 'open: the score stays', '0.375'],
      ['softmax share', `exp(0.375 − 1.000) / ${sum.toFixed(3)}`, '34.9%'],
    ]);
    expect(panel.querySelector('b')).toBeNull();
    expect(Array.from(panel.querySelectorAll('bdi'), (name) => name.textContent)).toEqual(['<b>x</b>', '␣y']);
  });

  it('tells of mask, temperature, position and change, in Chinese too', () => {
    const panel = arithmetic({ ...data, key: 2 }, { query: '我', keyToken: '他', lang: 'zh' });
    expect(textOf(panel).slice(-2)).toEqual([
      ['掩码', '屏蔽：分数变为 −∞', '−∞'],
      ['softmax 份额', `exp(−∞ − 1.000) / ${sum.toFixed(3)}`, '0.0%'],
    ]);
    panel.update(
      { ...data, temperature: 2, scores: [0.5, 1, -Infinity], pattern: [0, 0, 0] },
      { query: 'a', keyToken: 'b' },
    );
    const lines = textOf(panel)
      .slice(-5)
      .map((line) => line[0]);
    expect(lines).toEqual(['temperature', 'added by position', 'mask', 'softmax share', 'changed to']);
  });

  it('writes a scale that is not 1 / sqrt(d_head) as it is', () => {
    const panel = arithmetic({ ...data, scale: 1, scores: [0.75, 1, -Infinity] }, { query: 'a', keyToken: 'b' });
    expect(textOf(panel).find((line) => line[0] === 'scaled')).toEqual(['scaled', '0.750 × 1.0000', '0.750']);
  });
});

describe('the numbers of a cell', () => {
  it("have the key's vector from the head that its group shares", () => {
    const heads = (count: number, columns: number, first: number) => ({
      shape: [count, 2, columns],
      data: Float32Array.from({ length: count * 2 * columns }, (_, i) => first + i),
    });
    const detail = { layer: 0, q: heads(4, 3, 0), k: heads(2, 3, 100), scores: heads(4, 2, 200), temperature: 1 };
    const tokens = ['a', 'b'];
    const scene = { tokens, keyTokens: tokens, unknown: [], patterns: [heads(4, 2, 300)], detail };
    const keysOf = [0, 1, 2, 3].map((head) => arithmeticOf(scene, { layer: 0, head }, { query: 1, key: 1 })!.k);
    expect(keysOf.map((vector) => Array.from(vector))).toEqual([
      [103, 104, 105],
      [103, 104, 105],
      [109, 110, 111],
      [109, 110, 111],
    ]);
  });
});
