import { describe, expect, it } from 'vitest';
import { fitText, lettersOf, textWidth, visibleToken } from '../../web/src/plots/tokens.ts';

describe('visibleToken', () => {
  it('shows what would not be seen', () => {
    expect(visibleToken(' the')).toBe('␣the');
    expect(visibleToken('\n')).toBe('⏎');
    expect(visibleToken('\t')).toBe('⇥');
    expect(visibleToken('\u0007')).toBe('␇');
    expect(visibleToken('\u0000')).toBe('␀');
    expect(visibleToken('')).toBe('∅');
    expect(visibleToken('\u200b')).toBe('⟨200B⟩');
    expect(visibleToken('\u200d')).toBe('⟨200D⟩');
    expect(visibleToken('\u200d a')).toBe('⟨200D⟩␣a');
    expect(visibleToken('👩‍👧')).toBe('👩‍👧');
    expect(visibleToken('\ud800')).toBe('⟨D800⟩');
  });

  it('disarms characters that would turn the text around them', () => {
    expect(visibleToken('a\u202eb')).toBe('a⟨202E⟩b');
    expect(visibleToken('\u2066x')).toBe('⟨2066⟩x');
  });

  it('leaves words, Chinese and emoji of several parts as they are', () => {
    for (const text of ['the', '白日', '👩‍👩‍👧', 'שלום', '<b>x</b>', 'é']) expect(visibleToken(text)).toBe(text);
  });
});

describe('fitText', () => {
  it('keeps what fits and cuts what does not, between letters', () => {
    expect(fitText('cat', 12, 100)).toBe('cat');
    const short = fitText('incomprehensibilities', 12, 60);
    expect(short.endsWith('…')).toBe(true);
    expect(textWidth(short, 12)).toBeLessThanOrEqual(60);
    expect(fitText('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 12, 70)).toMatch(/^(👩‍👩‍👧)+…$/u);
  });

  it('counts a Chinese character as wide as its size', () => {
    expect(textWidth('白日', 10)).toBe(20);
    expect(lettersOf('白日👩‍👩‍👧')).toEqual(['白', '日', '👩‍👩‍👧']);
  });
});
