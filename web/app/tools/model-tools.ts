/** The panels below the picture, loaded when one is opened. */
import { define } from '../../src/elements/define.ts';
import { defineHeatMap } from '../../src/elements/rooms/heatmap.ts';
import { ChangeWeights } from './change-weights.ts';
import { ReferenceCheckPanel } from './reference-check.ts';
import { SaveRun } from './save-run.ts';
import './tools.css';

export function defineTools(): void {
  define('reference-check', ReferenceCheckPanel);
  define('save-run', SaveRun);
  define('change-weights', ChangeWeights);
  defineHeatMap();
}
