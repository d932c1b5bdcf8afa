import { define } from '../../src/elements/define.ts';
import { OwnAttention } from './own-attention.ts';

define('own-attention', OwnAttention);
