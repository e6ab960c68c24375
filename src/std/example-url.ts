/**
 * Whether a URL is under a name that is kept for examples and can be nobody's: one of these in a configuration is a place that was not filled in.
 *
 * Source: RFC 2606, section 3
 */
export function isExampleUrl(url: string): boolean {
  return /(^|\.)example\.(com|net|org)\.?$/.test(new URL(url).hostname);
}
