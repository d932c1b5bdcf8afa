// Importing this file defines the rooms from a weighted average to attention, each an element of its own.
import { define } from '../define.ts';
import { DenoisingRoom } from './denoising-room.ts';
import { DissimilarityRoom } from './dissimilarity-room.ts';
import { FourMechanismsRoom } from './four-mechanisms-room.ts';
import { NonLocalRoom } from './non-local-room.ts';

define('denoising-room', DenoisingRoom);
define('dissimilarity-room', DissimilarityRoom);
define('four-mechanisms-room', FourMechanismsRoom);
define('non-local-room', NonLocalRoom);
