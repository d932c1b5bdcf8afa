/** What the page has for models that do not continue a text: encoders, readers of images, encoders with a decoder. */
export { headPanel } from './head.ts';
export { firstImage } from './image-field.ts';
export { facts, hint, imageField, pairField, standChoice } from './panels.ts';
export { answer, read } from './reading.ts';
