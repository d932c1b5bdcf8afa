import { html, type TemplateResult } from 'lit';
import type { Lab } from '../../src/elements/rooms/lab.ts';
import { drawn } from '../../src/elements/rooms/tensors.ts';
import { Claim, type Verdict } from './claim.ts';
import { bytesText, doubling } from './lengths.ts';
import { logLines } from './logLines.ts';

const d = 64;
const lengths = doubling(16, 2048);
const floatBytes = 4;

interface Found {
  /** Bytes by length, of arrays that the engine made. */
  pattern: number[];
  cache: number[];
  /** The state of linear attention read as a recurrent network: a matrix and a vector, whatever the length. */
  state: number;
  /** The hidden state of a plain recurrent network as wide. */
  hidden: number;
}

/** "Attention needs less memory than a recurrent network." */
export class MemoryClaim extends Claim<Found> {
  protected readonly play = {
    href: 'mechanisms.html#relatives',
    en: 'See attention computed as a recurrence',
    zh: '看看写成递推的注意力',
  };

  protected override async measure({ engine }: Lab): Promise<Found> {
    const found: Found = { pattern: [], cache: [], state: (d * d + d) * floatBytes, hidden: d * floatBytes };
    for (const length of lengths) {
      const x = drawn([1, length, d], length);
      const run = await engine.attention(x, x, x, { causal: true });
      const past = drawn([1, 1, length - 1, d], length);
      const one = drawn([1, 1, 1, d], 1);
      const step = await engine.attention(one, one, one, { past_key: past, past_value: past, causal: true });
      found.pattern.push(run.pattern.data.byteLength);
      found.cache.push(step.present_key!.data.byteLength + step.present_value!.data.byteLength);
    }
    return found;
  }

  protected override judge({ pattern, cache, state }: Found): Verdict {
    const less = lengths.filter((_, i) => pattern[i]! < state && cache[i]! < state).length;
    return less === lengths.length ? 'holds' : less * 2 > lengths.length ? 'limited' : 'wrong';
  }

  protected override answer({ pattern, cache, state, hidden }: Found): string {
    const last = lengths.length - 1;
    const [length, full, kept] = [lengths[last]!, bytesText(pattern[last]!), bytesText(cache[last]!)];
    return this.t(
      `At ${length} tokens one head’s pattern takes ${full}. Computed in blocks it need not stand as a whole, but whoever generates keeps all keys and values: ${kept}, twice as much for twice the text. A recurrent state does not grow: ${bytesText(hidden)} for a plain network as wide, ${bytesText(state)} for linear attention. What attention needs less of is steps in turn, not memory.`,
      `${length} 个词元时，一个头的注意力矩阵占 ${full}。分块计算可以不存整个矩阵，但生成时要留住全部键和值：${kept}，文本长一倍就多一倍。循环网络的状态不增长：同样宽的普通循环网络 ${bytesText(hidden)}，线性注意力 ${bytesText(state)}。注意力省的是先后的步数，不是内存。`,
    );
  }

  protected override evidence({ pattern, cache, state, hidden }: Found): TemplateResult {
    const { t } = this;
    const flat = (bytes: number): number[] => lengths.map(() => bytes);
    const lines = [
      { name: t('pattern, as a whole', '完整的注意力矩阵'), values: pattern },
      { name: t('keys and values kept (cache)', '保留的键和值（缓存）'), values: cache },
      { name: t('linear attention’s state', '线性注意力的状态'), values: flat(state) },
      { name: t('recurrent state', '循环网络的状态'), values: flat(hidden) },
    ];
    return html`${logLines({
        label: t('Bytes over the number of tokens', '字节数随词元数的变化'),
        lines,
        places: lengths,
        unit: bytesText,
      })}
      <p class="caption">
        ${t(
          `One head of ${d} numbers; bytes of arrays that the engine has just made, by the number of tokens. A recurrent network that is trained keeps a state for every token too: there the two are alike.`,
          `一个宽 ${d} 的头；都是引擎刚刚做出的数组的字节数，横轴是词元数。循环网络在训练时也要为每个词元留一个状态，那时两者相当。`,
        )}
      </p>`;
  }
}
