/* What is masked in the objects of one reply, as far as a walk asks at each of its steps; the host has the rest. */

const mayStepOverBit: i32 = 1;
const rootIsPlainBit: i32 = 2;
const looksBit: i32 = 4;
const masksTellingBit: i32 = 8;
const masksEmbeddedBit: i32 = 16;
const secretReleasesBit: i32 = 32;
const configMapReleasesBit: i32 = 64;
const annotationsSafeBit: i32 = 128;
const everythingSafeBit: i32 = 256;
const hasBase64Bit: i32 = 512;
const ownPlacesBit: i32 = 1024;

let flags: i32 = 0;

export function setPlan(bits: i32): void {
  flags = bits;
}

/** Whether what holds no word and stands at no place of its own needs no look. */
export function mayStepOver(): bool {
  return (flags & mayStepOverBit) !== 0;
}

/** Whether no value of an object is masked for its place. */
export function rootIsPlain(): bool {
  return (flags & rootIsPlainBit) !== 0;
}

/** Whether values are known by their look. */
export function looks(): bool {
  return (flags & looksBit) !== 0;
}

export function masksTelling(): bool {
  return (flags & masksTellingBit) !== 0;
}

export function masksEmbedded(): bool {
  return (flags & masksEmbeddedBit) !== 0;
}

/** Whether Helm keeps its releases in such objects. */
export function hasSecretReleases(): bool {
  return (flags & secretReleasesBit) !== 0;
}

export function hasConfigMapReleases(): bool {
  return (flags & configMapReleasesBit) !== 0;
}

/** Whether what does harm is shown instead of done. */
export function isMadeSafe(inAnnotations: bool): bool {
  return (flags & everythingSafeBit) !== 0 || (inAnnotations && (flags & annotationsSafeBit) !== 0);
}

/** Whether there are keys of the object behind which everything is in base64. */
export function hasBase64Keys(): bool {
  return (flags & hasBase64Bit) !== 0;
}

/** Whether places are masked that policy names: elements of lists may stand there, and in managed fields what tells them from others. */
export function hasOwnPlaces(): bool {
  return (flags & ownPlacesBit) !== 0;
}
