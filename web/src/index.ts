export { init } from './engine/browser.ts';
export * from './engine/public.ts';
