import type { Actions } from '../actions.ts';
import type { Live } from '../live.ts';
import type { Say } from '../messages.ts';

/** What every part of the page is drawn from. */
export interface Panel {
  live: Live;
  actions: Actions;
  say: Say;
}
