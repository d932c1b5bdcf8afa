import { look, percent } from '../frame/page.ts';
import { kAcross } from './patches.ts';

/** Words that the script writes, in the reader's language. Rows and columns are counted from 1, layers and heads from 0. */

const isChinese = (): boolean => look().lang === 'zh';

export function placeName(place: number): string {
  const [row, column] = [Math.floor(place / kAcross) + 1, (place % kAcross) + 1];
  return isChinese() ? `第 ${row} 行第 ${column} 列` : `row ${row}, column ${column}`;
}

/** Whose attention is shown: that of a patch, or of the class token (null). */
export function askerName(query: number | null): string {
  if (query === null) return isChinese() ? '分类词元' : 'the class token';
  return isChinese() ? `${placeName(query)}的小块` : `the patch in ${placeName(query)}`;
}

/** A patch as a reader hears it. */
export function patchLabel(
  place: number,
  share: number | null,
  marks: Record<'covered' | 'hidden' | 'moved', boolean>,
): string {
  const words = isChinese()
    ? { covered: '已盖住', hidden: '已隐藏', moved: '已移动' }
    : { covered: 'covered', hidden: 'hidden', moved: 'moved' };
  const told = (['covered', 'hidden', 'moved'] as const).flatMap((mark) => (marks[mark] ? [words[mark]] : []));
  return [placeName(place), ...(share === null ? [] : [percent(share, 1)]), ...told].join(isChinese() ? '，' : ', ');
}

export const rolloutName = (layer: number): string => (isChinese() ? `到 L${layer} 的合计` : `Rollout to L${layer}`);

/** One small picture: its name, and the patch that gets most. */
export function pictureLabel(name: string, place: number, share: number, off: boolean): string {
  const offWord = off ? (isChinese() ? '（已关掉）' : ' (off)') : '';
  return isChinese()
    ? `${name}${offWord}：最多的是${placeName(place)}，${percent(share, 1)}`
    : `${name}${offWord}: most on ${placeName(place)}, ${percent(share, 1)}`;
}

export const spokenReading = (digit: string, sure: number): string =>
  isChinese() ? `它读作 ${digit}，把握 ${percent(sure)}` : `It reads ${digit}, ${percent(sure)} sure`;

export const drawingLabel = (): string =>
  isChinese()
    ? '画板：用鼠标或手指写一个数字；键盘可用下面的例子'
    : 'Sheet to draw on with mouse or finger; by keyboard, use the examples below';

export const exampleLabel = (digit: number): string => (isChinese() ? `代写一个 ${digit}` : `Draw a ${digit}`);

export const headColumns = (heads: number): string[] => [
  ...Array.from({ length: heads }, (_, head) => `H${head}`),
  isChinese() ? '合计' : 'rollout',
];

export const layerWord = (): string => (isChinese() ? '层' : 'layer');
