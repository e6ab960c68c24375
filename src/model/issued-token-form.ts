/** What a token of the gateway's own says of who issued it: no URL, since nobody but a gateway takes it. */
export const ISSUED_TOKEN_ISSUER = 'urn:sallyport:gateway';

/** Its JOSE header, but for the key that signed it; in this order, so that every such token begins alike. */
export const ISSUED_TOKEN_HEADER = Object.freeze({ alg: 'EdDSA', typ: 'sallyport+jwt' });

/** How every token of the gateway's own begins, and no other does. */
export const ISSUED_TOKEN_PREFIX = Buffer.from(`${JSON.stringify(ISSUED_TOKEN_HEADER).slice(0, -1)},"kid":"`)
  .toString('base64url')
  // The last character holds bits of what follows where the length is not a multiple of three.
  .slice(0, -1);
