/*
 * What the console's pages tell the browser that it may do with them: run and load what came from this origin, in files, and be shown in no other page.
 */

/**
 * The headers of every page and its files; `nonce` marks the styles that scripts of the page put in.
 *
 * Security: T54. No script that is not a file of this origin, no text that becomes markup other than by the one policy of the pages' own (`default`, which
 * refuses whatever could open a tag), no frame around, no other host. `wasm-unsafe-eval` lets the player of terminals compile its module, and evaluates no text.
 *
 * Source: https://www.w3.org/TR/CSP3/, https://www.w3.org/TR/trusted-types/
 */
export function pageHeaders(nonce?: string): Readonly<Record<string, string>> {
  return { ...HEADERS, 'content-security-policy': policy(nonce) };
}

function policy(nonce?: string): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    nonce === undefined ? "style-src 'self'" : `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "media-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ');
}

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // With `no-referrer`, forms would name no origin, and the origin of each change is compared.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)',
};
