import { followAddress } from '../address.ts';
import './heads.ts';
import './masks.ts';
import './order.ts';
import './positions.ts';
import './relatives.ts';
import './scaling.ts';
import './vectors.ts';

followAddress();
