/** What a mask in a text begins with. */
export const textMaskPrefix = 'masked-by-sallyport-';

/** Characters of a name that stand in a mask. */
const nameLengthMax = 20;

/**
 * What stands in a text in the place of a value that a detector found: it names the detector, or the mask of policy (`<policy>/<mask>`) as far as it fits, and compares with
 * nothing. At most 40 characters of `[a-z0-9-]`.
 */
export function textMask(detector: string): string {
  const name = detector.slice(detector.lastIndexOf('/') + 1);
  if (name.length <= nameLengthMax && !name.includes('.')) return textMaskPrefix + name;
  return textMaskPrefix + name.replaceAll('.', '-').slice(0, nameLengthMax).replace(/-+$/, '');
}
