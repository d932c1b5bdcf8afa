// Importing this file defines the rooms from a weighted average to attention, each an element of its own.
import { define } from '../define.ts';
import { DistanceRoom } from './distance.ts';
import { WeightedAverageRoom } from './weightedAverage.ts';

define('weighted-average-room', WeightedAverageRoom);
define('distance-room', DistanceRoom);
