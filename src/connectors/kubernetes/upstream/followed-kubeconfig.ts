/*
 * A kubeconfig that others write anew: clouds' tools, kubeadm, cert-manager. Its authority, client certificate, token and plugin are followed. The server that it
 * names is not: what is known of one cluster is not true of another, and whoever may write the file would send the callers' requests elsewhere.
 */
import type { Authority } from './authority.ts';
import { LOOK_MIN_MS, READ_AGAIN_MS } from './authority.ts';
import type { CredentialSource } from './credential.ts';
import { type KubeconfigOptions, type KubeconfigReach, readKubeconfig } from './kubeconfig.ts';

export interface FollowedKubeconfigOptions extends KubeconfigOptions {
  /** What it says now is not taken; what it said before stays in force. */
  readonly onRefused: (why: string) => void;
}

/** How a kubeconfig's context reaches its API server, now and after the next change. */
export type FollowedReach = Omit<KubeconfigReach, 'caPem'> & { readonly authority: Authority };

/**
 * The same as `readKubeconfig`, looked at again every minute, and at once where upstream did not take the credential or was not believed.
 *
 * @throws {KubeconfigError} it cannot be used at first
 */
export function followedKubeconfig({ onRefused, ...options }: FollowedKubeconfigOptions): FollowedReach {
  const { clock } = options;
  const first = readKubeconfig(options);
  let reach = first;
  let lookedAtMs = clock.monotonic();
  const look = () => {
    lookedAtMs = clock.monotonic();
    try {
      const next = readKubeconfig(options);
      if (next.digest === reach.digest) return false;
      const elsewhere = changedPlace(first, next);
      if (elsewhere !== undefined) throw new Error(`${options.file}: ${elsewhere}; start the gateway anew to go there`);
      reach = next;
      return true;
    } catch (error) {
      onRefused(`a changed kubeconfig is not taken, and the one before stays in force: ${(error as Error).message}`);
      return false;
    }
  };
  const lookOnceOlderThan = (ageMs: number) => clock.monotonic() - lookedAtMs >= ageMs && look();
  const credentials: CredentialSource = {
    current(signal) {
      lookOnceOlderThan(READ_AGAIN_MS);
      return reach.credentials.current(signal);
    },
    invalidate(credential) {
      reach.credentials.invalidate(credential);
      lookOnceOlderThan(LOOK_MIN_MS);
    },
  };
  const { caPem: _, ...place } = first;
  return {
    ...place,
    credentials,
    authority: {
      current: () => reach.caPem,
      async renew(met) {
        if (reach.caPem === met) lookOnceOlderThan(LOOK_MIN_MS);
        return reach.caPem !== met;
      },
    },
  };
}

function changedPlace(before: KubeconfigReach, after: KubeconfigReach): string | undefined {
  if (before.server !== after.server) return `it names another server, \`${after.server}\``;
  if (before.tlsServerName !== after.tlsServerName) return 'it names another `tls-server-name`';
  if (before.isCertificateUnchecked !== after.isCertificateUnchecked) return 'it changes `insecure-skip-tls-verify`';
  return undefined;
}
