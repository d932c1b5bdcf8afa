import '../../src/elements/lineage/index.ts';
import { followAddress } from '../address.ts';

followAddress();
