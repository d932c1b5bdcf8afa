import { html, nothing, type TemplateResult } from 'lit';
import type { Facts, Scoring, Tensor } from '../../src/engine/types.ts';
import { menu, parameterSlider, slider } from '../../src/elements/rooms/controls.ts';
import { explain } from '../../src/elements/rooms/formula.ts';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { number } from '../../src/elements/rooms/matrix.ts';
import { normals } from '../../src/elements/rooms/random.ts';
import type { Translate } from '../../src/elements/rooms/section.ts';

/** A row of each table, with numbers for their parameters and lengths for their weights. */
export interface Setting {
  scoring: string;
  normalisation: string;
  structure: string;
  params: Record<string, number>;
  /** Lengths of the weights' own axes, by name. */
  lengths: Record<string, number>;
  /** Weights of one number, by name: those have a slider. */
  single: Record<string, number>;
}

export interface Outcome {
  /** `(1, queries, keys)`, before any mask. */
  scores: Tensor;
  /** -inf where the query does not see the key. */
  masked: Tensor;
  pattern: Tensor;
  /** `(1, queries, d_v)`. */
  output: Tensor;
}

export const axes = ['scoring', 'normalisation', 'structure'] as const;
type AxisName = (typeof axes)[number];

export function makeSetting(scoring: string, normalisation = 'softmax', structure = 'bidirectional'): Setting {
  return { scoring, normalisation, structure, params: {}, lengths: {}, single: {} };
}

const seed = 3;
const usualLength = 4;
/** For each weight its shape, from the widths of queries and keys and the lengths that the visitor chose. */
function shapesOf(row: Scoring, widths: Record<string, number>): Map<string, number[]> {
  const lengthOf = (name: string): number => (name === '1' ? 1 : (widths[name] ?? usualLength));
  return new Map(
    row.weights.map(({ name, axes: own }) => [name, own.map(({ length, times }) => lengthOf(length) * times)]),
  );
}

/** Weights as a layer has them before training: normal, over the square root of the inputs; drawn with a seed. */
function weightsOf(row: Scoring, setting: Setting, widths: Record<string, number>): Record<string, Tensor> {
  const shapes = [...shapesOf(row, { ...setting.lengths, ...widths })];
  return Object.fromEntries(
    shapes.map(([name, shape], place) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const data =
        count === 1
          ? Float32Array.of(setting.single[name] ?? 1)
          : normals(count, seed + place).map((x) => (shape.length > 1 ? x / Math.sqrt(shape[0]!) : x));
      return [name, { shape, data }];
    }),
  );
}

const rowOf = (lab: Lab, axis: AxisName, name: string): Facts | undefined =>
  (lab[axis] as readonly Facts[]).find((row) => row.name === name);

export function chosenRows(lab: Lab, setting: Setting): Facts[] {
  return axes.map((axis) => rowOf(lab, axis, setting[axis])).filter((row) => row !== undefined);
}

/** Attention by this setting: q `(1, queries, d_q)`, k `(1, keys, d_k)`, v `(1, keys, d_v)`. */
export async function attend(
  lab: Lab,
  setting: Setting,
  { q, k, v, mask }: { q: Tensor; k: Tensor; v: Tensor; mask?: Tensor },
): Promise<Outcome> {
  const { scoring, normalisation, structure } = setting;
  const row = rowOf(lab, 'scoring', scoring) as Scoring | undefined;
  const weights = row ? weightsOf(row, setting, { d_q: q.shape[2]!, d_k: k.shape[2]! }) : {};
  const params = Object.fromEntries(
    chosenRows(lab, setting).flatMap(({ params: own }) =>
      own.map(({ name, standard }) => [name, setting.params[name] ?? standard]),
    ),
  );
  const options = { scoring, normalisation, structure, params, weights, ...(mask && { mask }) };
  const [plain, full] = await Promise.all([
    lab.engine.attention(q, k, v, { ...options, pattern: false, qk_matmul_output_mode: 0 }),
    lab.engine.attention(q, k, v, { ...options, qk_matmul_output_mode: 2 }),
  ]);
  return {
    scores: plain.qk_matmul_output!,
    masked: full.qk_matmul_output!,
    pattern: full.pattern!,
    output: full.output,
  };
}

/** Menus and sliders for a setting; `onChange` is told a new one. */
export function settingControls(parts: {
  id: string;
  lab: Lab;
  setting: Setting;
  isChinese: boolean;
  t: Translate;
  onChange: (setting: Setting) => void;
}): TemplateResult {
  const { id, lab, setting, isChinese, t, onChange } = parts;
  const names = {
    scoring: t('Scoring', '打分'),
    normalisation: t('Normalisation', '归一化'),
    structure: t('Structure', '结构'),
  };
  const choose = (axis: AxisName, name: string): void => {
    const paired = axis === 'scoring' ? (rowOf(lab, axis, name) as Scoring).normalisation : setting.normalisation;
    onChange({ ...setting, normalisation: paired, [axis]: name });
  };
  const scoring = rowOf(lab, 'scoring', setting.scoring) as Scoring | undefined;
  return html`
    ${axes.map((axis) =>
      menu({
        id: `${id}-${axis}`,
        label: names[axis],
        rows: lab[axis],
        chosen: setting[axis],
        isChinese,
        onChoose: (name) => choose(axis, name),
      }),
    )}
    ${chosenRows(lab, setting).flatMap((row) =>
      row.params.map((parameter) =>
        parameterSlider({
          id: `${id}-${parameter.name}`,
          parameter,
          value: setting.params[parameter.name] ?? parameter.standard,
          isChinese,
          onChange: (value) => onChange({ ...setting, params: { ...setting.params, [parameter.name]: value } }),
        }),
      ),
    )}
    ${scoring ? weightSliders(parts, scoring) : nothing}
  `;
}

/** For each length that the weights have of their own, and each weight of one number, a slider. */
function weightSliders(
  { id, setting, t, onChange }: Parameters<typeof settingControls>[0],
  row: Scoring,
): TemplateResult[] {
  const own = new Set(row.weights.flatMap(({ axes: all }) => all.map(({ length }) => length)));
  const lengths = [...own].filter((name) => !['1', 'd_q', 'd_k'].includes(name));
  const single = [...shapesOf(row, setting.lengths)].filter(([, shape]) => shape.every((length) => length === 1));
  const [mostLength, perUnit, widest] = [32, 20, 4];
  return [
    ...lengths.map((name) =>
      slider({
        id: `${id}-${name}`,
        label: name,
        hint: t('length of the hidden vector', '隐藏向量的长度'),
        value: setting.lengths[name] ?? usualLength,
        minimum: 1,
        maximum: mostLength,
        text: String(setting.lengths[name] ?? usualLength),
        onChange: (length) => onChange({ ...setting, lengths: { ...setting.lengths, [name]: length } }),
      }),
    ),
    ...single
      .filter(() => lengths.length === 0)
      .map(([name]) =>
        slider({
          id: `${id}-${name}`,
          label: name,
          hint: t('a weight: what training would fit', '一个权重：训练会拟合它'),
          value: (setting.single[name] ?? 1) * perUnit,
          maximum: widest * perUnit,
          text: number(setting.single[name] ?? 1),
          onChange: (step) => onChange({ ...setting, single: { ...setting.single, [name]: step / perUnit } }),
        }),
      ),
  ];
}

/** Formula, code and reference of the rows of a setting. */
export const settingFacts = (lab: Lab, setting: Setting, t: Translate): TemplateResult =>
  html`${chosenRows(lab, setting).map((row) => explain(row, t))}`;
