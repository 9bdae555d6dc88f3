/** Whole itself: what it imports is not. */
export { profond as relaye } from './profond.ts';
