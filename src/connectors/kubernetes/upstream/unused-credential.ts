import type { CredentialSource } from './credential.ts';

/**
 * A source that is forgotten, with all that it holds, once nobody has asked it for `unusedMs`, and made anew by who asks next: what lies in memory unused is what a
 * core dump would give away.
 */
export function unlessUnused(make: () => CredentialSource, unusedMs: number): CredentialSource {
  let source: CredentialSource | undefined;
  let isUsed = false;
  const look = () => {
    if (isUsed) arm();
    else source = undefined;
  };
  const arm = () => {
    isUsed = false;
    setTimeout(look, unusedMs).unref();
  };
  return {
    current(signal) {
      isUsed = true;
      if (source === undefined) {
        source = make();
        arm();
      }
      return source.current(signal);
    },
    invalidate: (credential) => source?.invalidate(credential),
  };
}
