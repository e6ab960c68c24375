/**
 * The steps of a JSON pointer; none for the whole document. What stands before its first slash is no step.
 *
 * Source: RFC 6901
 */
export function pointerSteps(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * Whether a step can stand for an element of a list in another way than by its number: the API server's library counts from the end (`-1` is the last one), and takes
 * `007` and `+7` for 7.
 *
 * Source: `partialArray` and `strconv.Atoi`, https://github.com/evanphx/json-patch/blob/v4.13.0/patch.go
 */
export function isOtherIndex(step: string): boolean {
  return /^(?:-\d*|\+\d+|0\d+)$/.test(step);
}
