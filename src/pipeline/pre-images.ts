import type { PreImage } from '../model/pre-image.ts';

/** Where objects are kept as they were before a change: the data path's port. */
export interface PreImages {
  /** Whether any can be kept. */
  readonly canKeep: boolean;
  /** Resolves when it is on the disk, encrypted. @throws {Refusal} RECORDING_UNAVAILABLE */
  keep(image: PreImage): Promise<void>;
  /** Undefined: none is kept here of this exchange. @throws {Refusal} RECORDING_UNAVAILABLE it does not open */
  read(exchange: string): Promise<PreImage | undefined>;
}

/** Where there is no key. */
export const noPreImages: PreImages = {
  canKeep: false,
  async keep() {
    throw new Error('a pre-image was kept where there is no key');
  },
  read: async () => undefined,
};
