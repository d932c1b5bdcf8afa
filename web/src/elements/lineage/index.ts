// Importing this file defines the rooms from a weighted average to attention, each an element of its own.
import { define } from '../define.ts';
import { DenoisingRoom } from './denoising.ts';
import { FourMechanismsRoom } from './four-mechanisms.ts';

define('denoising-room', DenoisingRoom);
define('four-mechanisms-room', FourMechanismsRoom);
