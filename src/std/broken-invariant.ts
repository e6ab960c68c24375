/** A bug of ours: something that must hold does not. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}
