// Importing this file defines <attention-playground>: the one import of the elements that acts by itself.
import { AttentionPlayground, defineAttentionPlayground } from './attention-playground.ts';

defineAttentionPlayground();

export { AttentionPlayground };
