import type { ChangeListener } from '../store/store.ts';

/** One listener for several: each hears of every change. */
export function toEach(listeners: readonly ChangeListener[]): ChangeListener {
  return {
    changed(kind, id) {
      for (const listener of listeners) listener.changed(kind, id);
    },
    async readAgain() {
      for (const listener of listeners) await listener.readAgain();
    },
    lost() {
      for (const listener of listeners) listener.lost();
    },
  };
}
