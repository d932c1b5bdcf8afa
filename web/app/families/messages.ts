import type { Stand } from '../../src/elements/scene.ts';
import type { Lang } from '../settings.ts';

const en = {
  pair: 'A second text, if you like',
  pairHint: 'The model reads both, with a mark between them.',
  stand: 'Which attention',
  encoder: 'Encoder',
  decoder: 'Decoder',
  cross: 'Cross',
  hintSelf:
    'Each row is a token; the stronger a colour, the more it looks at that column’s token, before it or after it.',
  hintEncoder: 'The encoder reads your text: each row is a token, and it looks at all others, before it and after it.',
  hintDecoder: 'The decoder writes the answer: each row is a token of it, and it looks at those before.',
  hintCross: 'From the answer to your text: each row is a token of the answer, each column a token that was read.',
  hintImage:
    'Each row is a patch of the picture, named by its row and column. [CLS] gathers what the answer is read from.',
  maskTitle: 'What stands at the mask',
  maskTitleMany: 'What stands at the masks',
  maskAbout: 'The likeliest tokens at “{token}”, token {place}',
  maskMore: 'Only the first {count} masks are shown.',
  tokenTitle: 'What may stand here',
  tokenHint: 'Write {mask} where the model is to guess.',
  labelTitle: 'How it judges the text',
  labelTitleImage: 'What it sees',
  labelAbout: 'Probability of each label',
  labelsTitle: 'The label of each token',
  labelsAbout: 'Probability of each label for “{token}”, token {place}',
  choose: 'Choose another token above.',
  noneTitle: 'No head',
  none: 'This model has no head: it turns each token into a vector and says nothing about the text. Its attention is all there is to see.',
  answerTitle: 'What it writes',
  answerAbout: 'For your text, always the likeliest token.',
  answerNow: 'With your changes',
  answerBefore: 'Without them',
  answerSame: 'Your changes leave the answer as it is.',
  answerEmpty: '(nothing)',
  answerMask: 'A mask painted here does not apply while it writes, because the answer grows.',
  stepTitle: 'Token by token',
  stepAbout: 'What the model expected after “{token}”, token {place} of the answer',
  changed: 'With your changes, and before them.',
  image: 'Your picture',
  imageFile: 'Choose a picture…',
  imageDraw: 'Or draw here, with mouse or finger. The model reads {side} × {side} pixels.',
  imageClear: 'Empty',
  imageInvert: 'Light on dark',
  imageBroken: 'The browser cannot read this file as a picture.',
  imageCanvas: 'What the model reads; draw on it',
  imageAttention:
    'Orange: where {token} looks in layer {layer}, head {head}. Full colour is {most}; {rest} is on no patch.',
  examples: 'Try',
  ring: 'Ring',
  seven: 'Seven',
  plus: 'Plus',
  stripes: 'Stripes',
  factsImage:
    'Layers: {layers}, heads per layer: {heads}, parameters: {parameters}, pictures of {side} × {side} pixels in patches of {patch} × {patch}',
  factsBoth:
    'Layers of the encoder: {encoder}, of the decoder: {layers}, heads per layer: {heads}, parameters: {parameters}, tokens it knows: {vocabulary}',
};

export type FamilyKey = keyof typeof en;

const zh: Record<FamilyKey, string> = {
  pair: '第二段文字（可以不填）',
  pairHint: '模型把两段一起读，中间有一个记号。',
  stand: '看哪一处注意力',
  encoder: '编码器',
  decoder: '解码器',
  cross: '交叉',
  hintSelf: '每一行是一个词元。格子颜色越强，它就越关注那一列的词元；前后都能看。',
  hintEncoder: '编码器读你的文字：每一行是一个词元，前后的词元都能看。',
  hintDecoder: '解码器写出答案：每一行是答案里的一个词元，只看它前面的。',
  hintCross: '从答案看向原文：每一行是答案里的一个词元，每一列是读到的一个词元。',
  hintImage: '每一行是图片的一小块，用行号和列号命名。[CLS] 汇总全图，结论从它读出。',
  maskTitle: '遮住的地方是什么',
  maskTitleMany: '遮住的地方是什么',
  maskAbout: '“{token}”（第 {place} 个词元）处最可能的词元',
  maskMore: '只显示前 {count} 处。',
  tokenTitle: '这里可能是什么',
  tokenHint: '在想让模型猜的地方写上 {mask}。',
  labelTitle: '它怎样判断这段文字',
  labelTitleImage: '它看到了什么',
  labelAbout: '每个标签的概率',
  labelsTitle: '每个词元的标签',
  labelsAbout: '“{token}”（第 {place} 个词元）的各标签概率',
  choose: '在上面选另一个词元看看。',
  noneTitle: '没有输出头',
  none: '这个模型没有输出头：它把每个词元变成一个向量，不对文字作任何判断。能看的就是它的注意力。',
  answerTitle: '它写出什么',
  answerAbout: '对着你的文字，每次都取概率最大的词元。',
  answerNow: '改动之后',
  answerBefore: '改动之前',
  answerSame: '改动之后，答案没有变。',
  answerEmpty: '（空）',
  answerMask: '答案在变长，所以在这里涂改的掩码在写的时候不起作用。',
  stepTitle: '逐个词元',
  stepAbout: '在答案的第 {place} 个词元“{token}”之后，模型预期的词元',
  changed: '改动之后与改动之前。',
  image: '你的图片',
  imageFile: '选择图片…',
  imageDraw: '也可以用鼠标或手指在这里画。模型读的是 {side} × {side} 像素。',
  imageClear: '清空',
  imageInvert: '深底浅色',
  imageBroken: '浏览器不能把这个文件当图片读出来。',
  imageCanvas: '模型读到的图片，可以在上面画',
  imageAttention: '橙色：第 {layer} 层第 {head} 个头里 {token} 看的地方。最深处是 {most}，另有 {rest} 不在小块上。',
  examples: '试试看',
  ring: '圆环',
  seven: '七',
  plus: '加号',
  stripes: '条纹',
  factsImage:
    '{layers} 层，每层 {heads} 个头，{parameters} 个参数，图片 {side} × {side} 像素，切成 {patch} × {patch} 的小块',
  factsBoth:
    '编码器 {encoder} 层，解码器 {layers} 层，每层 {heads} 个头，{parameters} 个参数，认识 {vocabulary} 个词元',
};

export const familyMessages: Record<Lang, Record<FamilyKey, string>> = { en, zh };

export type SayFamily = (key: FamilyKey, values?: Record<string, string | number>) => string;

/** The messages of what is loaded with other families. */
export function familySayer(lang: Lang): SayFamily {
  return (key, values = {}) =>
    familyMessages[lang][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** What the map of an attention shows. */
export const hintKeys: Record<Stand, FamilyKey> = {
  self: 'hintSelf',
  encoder: 'hintEncoder',
  decoder: 'hintDecoder',
  cross: 'hintCross',
};
