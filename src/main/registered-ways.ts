import type { AddressRules } from '../connectors/kubernetes/upstream/allowed-address.ts';
import { fixedCredential } from '../connectors/kubernetes/upstream/credential.ts';
import { createUpstream, type Upstream } from '../connectors/kubernetes/upstream/upstream.ts';
import type { KeptTarget, OpenedCredential } from '../control/targets/kept-target.ts';
import type { Way, Ways } from './way.ts';

/**
 * The ways to a target that was registered by API. Security: each connection is held to `addresses`, and nothing is sent that `assertInForce` does not let through, whatever the data path has decided before.
 */
export function registeredWays(
  { spec: { url, ca, tlsServerName } }: KeptTarget,
  { token, clientCertificate, readerToken }: OpenedCredential,
  addresses: AddressRules,
  assertInForce: () => void,
): Ways {
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
  const own: Way = (options) => whileInForce(createUpstream({ ...place, ...options }), assertInForce);
  if (readerToken === undefined) return { own, reader: own, hasReader: false };
  const credentials = fixedCredential({ token: readerToken });
  return { own, reader: (options) => own({ ...options, credentials }), hasReader: true };
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
