/** What a mask in a text begins with. */
export const textMaskPrefix = 'masked-by-sallyport-';

/** What stands in a text in the place of a value that a detector found: it names the detector, and compares with nothing. At most 40 characters of `[a-z0-9-]`. */
export function textMask(detector: string): string {
  return textMaskPrefix + detector;
}
