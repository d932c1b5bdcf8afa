import { html, nothing, type TemplateResult } from 'lit';
import type { Translate } from '../rooms/section.ts';
import { choice } from './choice.ts';
import type { MapsName } from './non-local-maps.ts';
import type { Shipped } from './pictures.ts';

/** In the order of the menu. */
export const pictureNames: readonly Shipped[] = ['astronaut', 'brick', 'gravel'];

/** What the controls change; all are attributes of the room. */
export interface State {
  picture: Shipped;
  maps: MapsName;
  seed: number;
  normalisation: 'paper' | 'softmax';
  zero: 'off' | 'on';
}

interface Parts {
  t: Translate;
  state: State;
  onChange: (change: Partial<State>) => void;
}

export function controls(parts: Parts): TemplateResult {
  const { t, state, onChange } = parts;
  return html`<div class="settings">
    ${pictureMenu(parts)} ${mapChoice(parts)}
    ${choice({
      name: 'normalisation',
      label: t('How scores become weights', '分数怎样变成权重'),
      chosen: state.normalisation,
      all: {
        paper: t('as in the paper: softmax, and 1/N for the last two', '按论文：softmax，后两种用 1/N'),
        softmax: t('softmax for all four', '四种都用 softmax'),
      },
      onChoose: (normalisation) => onChange({ normalisation }),
    })}
    <label class="check">
      <input
        type="checkbox"
        .checked=${state.zero === 'on'}
        @change=${(event: Event) => onChange({ zero: (event.target as HTMLInputElement).checked ? 'on' : 'off' })}
      />
      ${t('W_z = 0: only the residual is left', 'W_z = 0：只剩残差')}
    </label>
    ${
      state.zero === 'on'
        ? html`<p class="soft note">
            ${t(
              'Output is input. A block that begins like this can be put into a trained network without breaking it.',
              '输出就是输入。这样初始化的模块可以插进训练好的网络，而不会破坏它。',
            )}
          </p>`
        : nothing
    }
  </div>`;
}

function pictureMenu({ t, state, onChange }: Parts): TemplateResult {
  const names: Record<Shipped, string> = {
    brick: t('A wall of bricks', '砖墙'),
    gravel: t('Gravel', '碎石'),
    astronaut: t('A face', '人脸'),
  };
  return html`<div class="field">
    <label for="non-local-picture">${t('Picture', '图片')}</label>
    <select
      id="non-local-picture"
      @change=${(event: Event) => onChange({ picture: (event.target as HTMLSelectElement).value as Shipped })}
    >
      ${pictureNames.map((name) => html`<option value=${name} ?selected=${name === state.picture}>${names[name]}</option>`)}
    </select>
  </div>`;
}

function mapChoice({ t, state, onChange }: Parts): TemplateResult {
  const seed = Math.round(state.seed);
  return html`${choice({
      name: 'maps',
      label: t('The maps θ, φ, g: 8 → 4, and W_z: 4 → 8', '映射 θ、φ、g：8 → 4，以及 W_z：4 → 8'),
      chosen: state.maps,
      all: {
        principal: t('principal components of the features', '特征的主成分'),
        identity: t('the first four features', '前四个特征'),
        random: t('random numbers', '随机数'),
      },
      onChoose: (maps) => onChange({ maps }),
    })}
    ${
      state.maps === 'random'
        ? html`<p class="row">
            <button type="button" @click=${() => onChange({ seed: seed + 1 })}>
              ${t('Other random numbers', '换一组随机数')}
            </button>
            <span class="soft">${t('seed', '种子')} ${seed}</span>
          </p>`
        : nothing
    }
    <p class="soft note">
      ${t(
        'These maps are drawn or computed, not learned: what they attend to follows from the features. Dot products favour keys with large numbers, so strong edges draw the weight. In the first two choices θ = φ = g, and w_f has equal numbers.',
        '这些映射是抽取或算出来的，不是学来的：它们关注什么，完全取决于特征。点积偏爱数值大的键，所以强边缘会吸走权重。前两种选择里 θ = φ = g，w_f 的各数相等。',
      )}
    </p>`;
}
