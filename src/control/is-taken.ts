/** Whether who asks takes a content coding, by its `accept-encoding`; one with a weight of zero it does not. Source: RFC 9110, 12.5.3 */
export function isTaken(coding: 'br' | 'gzip', accepted: string | string[] | undefined): boolean {
  return String(accepted ?? '')
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => !/;\s*q=0(\.0*)?$/.test(each))
    .some((each) => each.replace(/\s*;.*$/, '') === coding);
}
