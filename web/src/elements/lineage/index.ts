// Importing this file defines the rooms from a weighted average to attention, each an element of its own.
import { define } from '../define.ts';
import { DenoisingRoom } from './denoising-room.ts';
import { DissimilarityRoom } from './dissimilarity-room.ts';
import { DistanceRoom } from './distance-room.ts';
import { FourMechanismsRoom } from './four-mechanisms-room.ts';
import { NonLocalRoom } from './non-local-room.ts';
import { WeightedAverageRoom } from './weighted-average-room.ts';

define('weighted-average-room', WeightedAverageRoom);
define('distance-room', DistanceRoom);
define('denoising-room', DenoisingRoom);
define('non-local-room', NonLocalRoom);
define('dissimilarity-room', DissimilarityRoom);
define('four-mechanisms-room', FourMechanismsRoom);
