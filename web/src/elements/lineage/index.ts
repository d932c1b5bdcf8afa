// Importing this file defines the rooms from a weighted average to attention, each an element of its own.
import { define } from '../define.ts';
import { DissimilarityRoom } from './dissimilarity-room.ts';
import { NonLocalRoom } from './non-local-room.ts';

define('dissimilarity-room', DissimilarityRoom);
define('non-local-room', NonLocalRoom);
