/** The module by its file: the package's own `module` names one that it does not hold. */
declare module '@xterm/headless/lib-headless/xterm-headless.mjs' {
  import type * as headless from '@xterm/headless';

  export type IBufferCell = headless.IBufferCell;
  export type Terminal = headless.Terminal;
  export const Terminal: typeof headless.Terminal;
}
