import type { Lang } from './types.ts';

const words = {
  map: { en: 'Attention map: rows are queries, columns are keys', zh: '注意力图：行为查询，列为键' },
  looks: { en: '“{query}” ({i}) looks at “{key}” ({j}): {weight}', zh: '“{query}”（{i}）看“{key}”（{j}）：{weight}' },
  masked: { en: 'masked', zh: '已屏蔽' },
  trueLink: { en: 'true link', zh: '真实联系' },
  weight: { en: 'weight', zh: '权重' },
  arcs: { en: 'Attention of each token', zh: '每个词元的注意力' },
  looksMost: { en: '“{query}” ({i}) looks at {list}', zh: '“{query}”（{i}）看 {list}' },
  below: { en: 'links under {threshold} are not drawn', zh: '低于 {threshold} 的联系未画出' },
  heads: { en: 'All heads: rows are layers, columns are heads', zh: '所有注意力头：行为层，列为头' },
  head: { en: 'layer {layer}, head {head}', zh: '第 {layer} 层，第 {head} 头' },
  off: { en: 'off', zh: '已关闭' },
  probabilities: { en: 'Probabilities of the next token', zh: '下一个词元的概率' },
  token: { en: 'token', zh: '词元' },
  now: { en: 'probability', zh: '概率' },
  before: { en: 'before', zh: '改动前' },
  after: { en: 'after', zh: '改动后' },
  change: { en: 'change', zh: '变化' },
  points: { en: '{change} points', zh: '{change} 个百分点' },
  rest: { en: 'all {count} others', zh: '其余 {count} 个' },
  arithmetic: { en: 'How this weight came about', zh: '这个权重的算法' },
  terms: { en: 'largest terms of q · k', zh: 'q · k 中最大的项' },
  otherTerms: { en: '{count} other terms', zh: '其余 {count} 项' },
  scaled: { en: 'scaled', zh: '缩放' },
  sharpened: { en: 'temperature', zh: '温度' },
  mask: { en: 'mask', zh: '掩码' },
  maskOpen: { en: 'open: the score stays', zh: '可见：分数不变' },
  maskClosed: { en: 'closed: the score becomes −∞', zh: '屏蔽：分数变为 −∞' },
  share: { en: 'softmax share', zh: 'softmax 份额' },
  allMasked: { en: 'every key is masked: the row is 0', zh: '所有键都被屏蔽：此行为 0' },
  added: { en: 'added by position', zh: '位置加项' },
  changed: { en: 'changed to', zh: '被改为' },
} as const;

export type Word = keyof typeof words;

/** A sentence in the reader's language, with its `{places}` filled. */
export function say(lang: Lang, word: Word, values: Record<string, string | number> = {}): string {
  return words[word][lang].replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** A share in [0, 1] as a percentage with one decimal; what is not zero never reads as zero. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return '<0.1%';
  return `${(100 * share).toFixed(1)}%`;
}

/** A difference of two shares, in percentage points with its sign; the minus is a true minus. */
export function points(change: number): string {
  const text = (100 * Math.abs(change)).toFixed(1);
  if (text === '0.0') return '±0.0';
  return `${change > 0 ? '+' : '−'}${text}`;
}

/** A number with a true minus. */
export function decimal(value: number, digits: number): string {
  if (value === -Infinity) return '−∞';
  return value
    .toFixed(digits)
    .replace(/^-(?=.*[1-9])/, '−')
    .replace(/^-/, '');
}
