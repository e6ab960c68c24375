import type { AddressRules } from '../connectors/kubernetes/upstream/allowed-address.ts';
import { fixedCredential } from '../connectors/kubernetes/upstream/credential.ts';
import { createUpstream, type Upstream } from '../connectors/kubernetes/upstream/upstream.ts';
import type { EksPlace, KeptTarget, OpenedCredential } from '../control/targets/kept-target.ts';
import type { Clock } from '../std/clock.ts';
import { eksPinFile } from './eks-pin-file.ts';
import { eksWay } from './eks-way.ts';
import type { Way, Ways } from './way.ts';

interface Where {
  readonly addresses: AddressRules;
  /** Where the endpoint of a cluster of EKS is pinned. */
  readonly dataFolder: string;
  readonly clock: Clock;
}

/**
 * The ways to a target that was registered by API. Security: each connection is held to `addresses`, and nothing is sent that `assertInForce` does not let through, whatever the data path has decided before.
 * A cluster of EKS is where AWS says it is: a token for it goes nowhere else.
 */
export function registeredWays(
  kept: KeptTarget,
  credential: OpenedCredential,
  where: Where,
  assertInForce: () => void,
): Ways {
  const way = kept.spec.eks === undefined ? byValue(kept, credential, where) : byRole(kept.name, kept.spec.eks, where);
  const own: Way = (options) => whileInForce(way(options), assertInForce);
  if (credential.readerToken === undefined) return { own, reader: own, hasReader: false };
  const credentials = fixedCredential({ token: credential.readerToken });
  return { own, reader: (options) => own({ ...options, credentials }), hasReader: true };
}

function byValue({ spec }: KeptTarget, { token, clientCertificate }: OpenedCredential, { addresses }: Where): Way {
  const { url, ca, tlsServerName } = spec;
  const place = {
    server: url,
    ...(ca === undefined ? {} : { caPem: ca }),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    addresses,
    credentials: fixedCredential({
      ...(token === undefined ? {} : { token }),
      ...(clientCertificate === undefined ? {} : { clientCertificate }),
    }),
  };
  return (options) => createUpstream({ ...place, ...options });
}

function byRole(name: string, eks: EksPlace, { dataFolder, clock }: Where): Way {
  const pinFile = eksPinFile(dataFolder, name, eks.roleArn);
  return eksWay(pinFile, { ...eks, sessionName: 'sallyport', tags: {}, fips: false }, clock);
}

function whileInForce(upstream: Upstream, assertInForce: () => void): Upstream {
  return {
    async send(request, signal) {
      assertInForce();
      return upstream.send(request, signal);
    },
    async upgrade(request, protocol, signal) {
      assertInForce();
      return upstream.upgrade(request, protocol, signal);
    },
    close: () => upstream.close(),
  };
}
