import type { Lang } from '../settings.ts';

const en = {
  saveTitle: 'Save this run',
  saveAbout:
    'The patterns of all layers and heads, the tokens and the logits, with your changes, as arrays for another program.',
  saveAs: 'Save as',
  saveFailed: 'The run could not be saved',
  checkTitle: 'Check against a reference',
  checkAbout:
    'A reference.json holds numbers that another program computed with this model. They are compared with what is computed here, station by station.',
  checkNone: 'This model came without one.',
  checkStart: 'Compare',
  checkFile: 'Choose a reference.json…',
  checkRunning: 'Comparing…',
  checkFailed: 'The comparison failed',
  equal:
    'Equal to rounding: {count} numbers at {stations} stations. The largest difference is {worst} of the largest number.',
  different:
    'Different at {wrong} of {stations} stations, first at {first}, most at {most}: {worst} of the largest number.',
  otherTokens: 'The tokens of “{input}” are not those of the reference.',
  limit: 'Up to {limit} counts as rounding: both sides add up in 32 bits, in different orders.',
  table: 'Largest difference at each station',
  station: 'Station',
  count: 'Numbers',
  difference: 'Largest difference',
  within: 'rounding',
  beyond: 'different',
  shape: 'another shape, or other infinities',
};

export type ToolKey = keyof typeof en;

const zh: Record<ToolKey, string> = {
  saveTitle: '保存这次计算',
  saveAbout: '所有层、所有头的注意力，词元和 logits，连同你的改动，存成别的程序能读的数组。',
  saveAs: '保存为',
  saveFailed: '这次计算没能保存',
  checkTitle: '与参考结果对照',
  checkAbout: 'reference.json 里是别的程序用同一个模型算出的数。这里逐处与本页算出的数比较。',
  checkNone: '这个模型没有带参考文件。',
  checkStart: '开始对照',
  checkFile: '选择 reference.json…',
  checkRunning: '正在对照…',
  checkFailed: '没能对照',
  equal: '除舍入误差外完全相等：比较了 {stations} 处的 {count} 个数，最大的差是最大数的 {worst}。',
  different: '{stations} 处中有 {wrong} 处不同，最先在 {first}，最大在 {most}：差是最大数的 {worst}。',
  otherTokens: '“{input}”的词元与参考文件里的不一样。',
  limit: '不超过 {limit} 算作舍入误差：两边都用 32 位相加，次序不同。',
  table: '每一处的最大差',
  station: '位置',
  count: '个数',
  difference: '最大的差',
  within: '舍入误差',
  beyond: '不同',
  shape: '形状或无穷大的位置不同',
};

export const toolMessages: Record<Lang, Record<ToolKey, string>> = { en, zh };

export type SayTool = (key: ToolKey, values?: Record<string, string | number>) => string;

/** The messages of the panels below the picture. */
export function toolSayer(lang: Lang): SayTool {
  return (key, values = {}) =>
    toolMessages[lang][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
