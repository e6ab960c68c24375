import { Button, createTheme } from '@mantine/core';

/** What Mantine's parts do here unless they are told otherwise; how they look is in parts.css. */
export const theme = createTheme({
  focusRing: 'auto',
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: Button.extend({ defaultProps: { size: 'sm', classNames: { root: 'press' } } }),
  },
});
