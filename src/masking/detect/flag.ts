/** The name of a flag that stands alone, as an argument before its value: `--api-token`, `-password`; undefined for all else. */
export function flagOf(argument: string): string | undefined {
  return flag.exec(argument)?.[1];
}

const flag = /^--?([A-Za-z][\w.-]{0,63})$/;
