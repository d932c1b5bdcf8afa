/** What runs an engine on this thread: loaded only where one is, in one request. */
export { startEngine } from './engine.ts';
export { serve } from './service.ts';
