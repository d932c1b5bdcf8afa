import { describe, expect, it } from 'vitest';
import { barsOf, largestOf } from '../../web/src/plots/barMarks.ts';
import { probabilityBars } from '../../web/src/plots/probabilityBars.ts';
import { decimal, percent, points } from '../../web/src/plots/words.ts';
import { marksOf, textOf } from './support.ts';

const labels = ['a', ' b', '\n', '<i>d</i>', '五', 'f'];
const probs = [0.05, 0.4, 0.1, 0.25, 0.15, 0.05];
const before = [0.3, 0.4, 0.1, 0.1, 0.05, 0.05];

describe('the bars', () => {
  it('are the same as last time', () => {
    expect(textOf(probabilityBars(probs, { labels, top: 3, size: 400 }).drawing())).toMatchSnapshot();
    expect(textOf(probabilityBars(probs, { labels, top: 3, before, size: 400 }).drawing())).toMatchSnapshot();
  });

  it('show the likeliest in order and all others as one; they sum to the whole', () => {
    const bars = barsOf(probs, labels, 3, 'en');
    expect(bars.map((bar) => [bar.index, bar.label])).toEqual([
      [1, '␣b'],
      [3, '<i>d</i>'],
      [4, '五'],
      [null, 'all 3 others'],
    ]);
    expect(bars.reduce((sum, bar) => sum + bar.now, 0)).toBeCloseTo(1, 12);
  });

  it('sum to the whole over a real vocabulary in float32', () => {
    const logits = Array.from({ length: 5000 }, (_, index) => Math.sin(index * 1.7) * 4);
    const sum = logits.reduce((past, logit) => past + Math.exp(logit), 0);
    const many = Float32Array.from(logits, (logit) => Math.exp(logit) / sum);
    const bars = barsOf(many, Array.from(many, String), 10, 'en');
    expect(bars).toHaveLength(11);
    expect(Math.abs(bars.reduce((total, bar) => total + bar.now, 0) - 1)).toBeLessThan(5000 * 2 ** -24);
    expect(bars[0]!.now).toBe(Math.max(...many));
  });

  it('leave room between a full bar and its number', () => {
    const marks = probabilityBars([1, 0], { labels: ['a', 'b'], size: 400 }).drawing().front;
    const number = marksOf(marks, 'text').find(({ text }) => text === '100.0%')!;
    const [bar] = marksOf(marks, 'rect').filter(({ fill }) => fill === 'accent');
    // Six digits and signs of a wide font, about 0.64 em each.
    expect(number.x - 6 * 0.64 * number.size - (bar!.x + bar!.width)).toBeGreaterThan(4);
  });

  it('keep a token in sight that has fallen', () => {
    const bars = barsOf(probs, labels, 3, 'en', before);
    expect(bars.map((bar) => bar.index)).toEqual([1, 3, 0, null]);
    expect(bars.reduce((sum, bar) => sum + bar.before!, 0)).toBeCloseTo(1, 12);
  });

  it('find the largest as sorting does', () => {
    const weights = Array.from({ length: 400 }, (_, index) => Math.round(50 * Math.sin(index * index)));
    const sorted = weights.map((_, index) => index).sort((a, b) => weights[b]! - weights[a]! || a - b);
    for (const count of [0, 1, 7, 400, 500]) {
      expect(largestOf(400, (index) => weights[index]!, count)).toEqual(sorted.slice(0, count));
    }
  });

  it('have no bar for others where there are none', () => {
    expect(barsOf(probs, labels, 10, 'en')).toHaveLength(6);
  });

  it('are as long as the share of the whole width', () => {
    const rects = marksOf(probabilityBars(probs, { labels, top: 10, size: 400 }).drawing().front, 'rect');
    const tracks = rects.filter((mark) => mark.fill === 'wash');
    const bars = rects.filter((mark) => mark.fill === 'accent');
    expect(bars.map((bar) => bar.width / tracks[0]!.width)).toEqual(
      [0.4, 0.25, 0.15, 0.1, 0.05, 0.05].map((share) => expect.closeTo(share, 10)),
    );
  });

  it('stand as a table beside the picture, tokens as text', () => {
    const plot = probabilityBars(probs, { labels, top: 2, before, size: 400 });
    const rows = Array.from(plot.querySelectorAll('tr'), (row) => Array.from(row.children, (cell) => cell.textContent));
    expect(rows).toEqual([
      ['token', 'after', 'before', 'change'],
      ['␣b', '40.0%', '40.0%', '±0.0 points'],
      ['a', '5.0%', '30.0%', '−25.0 points'],
      ['all 4 others', '55.0%', '30.0%', '+25.0 points'],
    ]);
    expect(probabilityBars(probs, { labels }).querySelector('i')).toBeNull();
  });

  it('emphasise the token that is selected', () => {
    const plot = probabilityBars(probs, { labels, size: 400 });
    plot.select({ index: 3 });
    const bold = marksOf(plot.drawing().front, 'text').filter((mark) => mark.weight === 700);
    expect(bold.map((mark) => mark.text)).toEqual(['<i>d</i>']);
  });

  it('take new numbers in place', () => {
    const plot = probabilityBars(probs, { labels, size: 400 });
    plot.update(before, { labels, top: 1, lang: 'zh' });
    expect(plot.textContent).toContain('其余 5 个');
    expect(plot.textContent).toContain('40.0%');
  });

  it('refuse lengths that do not fit', () => {
    expect(() => probabilityBars(probs, { labels: ['a'] })).toThrow('labels: found 1, expected 6');
    expect(() => probabilityBars(probs, { labels, before: [1] })).toThrow('before: found 1 probabilities, expected 6');
  });
});

describe('numbers in words', () => {
  it('have one decimal, and nothing but zero reads as zero', () => {
    expect([0, 0.0004, 0.0006, 0.1234, 1].map(percent)).toEqual(['0.0%', '<0.1%', '0.1%', '12.3%', '100.0%']);
  });

  it('carry a sign', () => {
    expect([0.1, -0.1, 0, 0.0001, -0.0001].map(points)).toEqual(['+10.0', '−10.0', '±0.0', '±0.0', '±0.0']);
    expect([-0.5, -0.0001, 0.25, -Infinity].map((value) => decimal(value, 3))).toEqual([
      '−0.500',
      '0.000',
      '0.250',
      '−∞',
    ]);
  });
});
