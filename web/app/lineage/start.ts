import '../../src/elements/lineage/index.ts';
import { followAddress } from '../address.ts';
import { addSharing } from '../share.ts';

addSharing();
followAddress();
