import { followAddress } from '../address.ts';
import { define } from '../../src/elements/define.ts';
import { VarianceClaim } from './varianceClaim.ts';
import { MemoryClaim } from './memoryClaim.ts';
import { WindowClaim } from './windowClaim.ts';
import { DiagonalClaim } from './diagonalClaim.ts';
import { MaskedRowClaim } from './maskedRowClaim.ts';
import { ScaleClaim } from './scaleClaim.ts';
import { MergeClaim } from './mergeClaim.ts';
import { DistanceClaim } from './distanceClaim.ts';
import { HeadsClaim } from './headsClaim.ts';
import { QueriesClaim } from './queriesClaim.ts';

const claims = {
  'variance-claim': VarianceClaim,
  'memory-claim': MemoryClaim,
  'window-claim': WindowClaim,
  'diagonal-claim': DiagonalClaim,
  'masked-row-claim': MaskedRowClaim,
  'scale-claim': ScaleClaim,
  'merge-claim': MergeClaim,
  'distance-claim': DistanceClaim,
  'heads-claim': HeadsClaim,
  'queries-claim': QueriesClaim,
};

for (const [tag, element] of Object.entries(claims)) define(tag, element);
followAddress();
