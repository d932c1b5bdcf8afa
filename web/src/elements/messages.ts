export type Lang = 'en' | 'zh';

const en = {
  tokens: 'Tokens',
  looking: 'What looks',
  lookedAt: 'What it looks at',
  tokensHint: 'Left and right arrows choose a token',
  unknown: 'unknown to the model',
  marker: 'a mark that the model puts before every text',
  headsTitle: 'All heads',
  headsCaption: 'L is the layer, H the head. Click one to see it large.',
  headsSorted: 'Best match first. Click a head to see it large.',
  head: 'Layer {layer} · head {head}',
  headOff: 'Layer {layer} · head {head}, switched off',
  view: 'Picture',
  map: 'Map',
  arcs: 'Arcs',
  mapCaption: 'Rows: what looks. Columns: what it looks at.',
  arcsCaption: 'Each arc joins a token to one it looks at; thicker means more.',
  paintCaption: 'Painting the mask: click, drag, or press Space on a cell.',
  noCell: 'Point at a cell to see how its number comes about.',
  waiting: 'Loading the model…',
  label: 'Attention of a transformer on: {text}',
  field: 'Text',
  failed: 'The model could not be shown. {code}: {message}',
  time: '{milliseconds} ms in this browser',
};

const zh: Record<keyof typeof en, string> = {
  tokens: '词元',
  looking: '谁在看',
  lookedAt: '看向谁',
  tokensHint: '用左右方向键挑选词元',
  unknown: '模型不认识',
  marker: '模型在每段文字前加的记号',
  headsTitle: '所有的头',
  headsCaption: 'L 是层，H 是头。点开一个，放大来看。',
  headsSorted: '最吻合的排在最前。点开一个头，放大来看。',
  head: '层 {layer} · 头 {head}',
  headOff: '层 {layer} · 头 {head}（已关闭）',
  view: '画法',
  map: '热图',
  arcs: '弧线',
  mapCaption: '行：谁在看。列：看向谁。',
  arcsCaption: '每条弧线从一个词元连向它所看的词元；越粗，看得越多。',
  paintCaption: '正在涂改掩码：点击、拖动，或在格子上按空格。',
  noCell: '指向一个格子，看看它的数字是怎么算出来的。',
  waiting: '正在加载模型…',
  label: 'Transformer 对这段文字的注意力：{text}',
  field: '文字',
  failed: '模型没能显示。{code}：{message}',
  time: '在这个浏览器里用时 {milliseconds} 毫秒',
};

/** Words of the custom elements; what the plots say is theirs. */
export const elementMessages: Record<Lang, Record<keyof typeof en, string>> = { en, zh };

export function sayIn(lang: Lang, key: keyof typeof en, values: Record<string, string | number> = {}): string {
  return elementMessages[lang][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
