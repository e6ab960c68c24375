import { KeyedCount } from '../../src/recording/keyed-digest.ts';

/** A recorder of what passes that keeps nothing, for tests of everything else. */
export const noKeeper = {
  keeper: {
    ready() {},
    open: () => ({ bytes: () => true, resize() {}, told() {}, end() {} }),
  },
  digesting: () => new KeyedCount(Buffer.alloc(32)),
};
