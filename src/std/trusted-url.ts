/** Whether what this URL answers can be believed as its own: it comes over TLS, or from this very machine. */
export function isTrustedUrl(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname));
}
