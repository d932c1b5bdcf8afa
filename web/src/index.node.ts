export { init } from './engine/node.ts';
export * from './engine/public.ts';
