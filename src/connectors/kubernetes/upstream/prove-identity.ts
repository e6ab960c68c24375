/*
 * The proof that upstream sees the callers. Whoever stands between here and the API server, another gateway or a proxy that ends TLS, may take our impersonation
 * away or put its own in its place: every request would then be done with one power, whoever asked.
 *
 * So upstream is asked whom it sees, as a name that is nobody's, before the first request and from then on in the background. Said otherwise, nothing more is sent.
 */
import { PROBE_SUBJECT } from '../../../model/caller.ts';
import type { JsonValue } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import { collectBytes } from '../../../std/byte-source.ts';
import type { Clock } from '../../../std/clock.ts';
import { isJsonObject } from '../is-json-object.ts';
import { impersonationForbidden } from './impersonation-forbidden.ts';
import { unlessAborted } from './unless-aborted.ts';
import type { Upstream } from './upstream.ts';
import { reviewRequest, whoAmI } from './who-am-i.ts';

/** The bounds of the proof. */
export const PROOF_LIMITS = Object.freeze({
  /** How long a proof is good. */
  proofGoodMs: 10 * 60_000,
  /** When it is renewed, in the background. */
  proofRenewMs: 5 * 60_000,
  /** After one that failed, how long others are told so without another try. */
  proofRetryMs: 2_000,
  /** How long the target may take to answer. */
  proofTimeoutMs: 5_000,
  /** The largest answer that is read. */
  proofBytesMax: 64 * 1024,
});

/** The same way upstream, on which nothing is sent before it is proven that upstream sees for whom. Only for targets that are to see it. */
export function provenUpstream(upstream: Upstream, clock: Clock): Upstream {
  const proof = new IdentityProof(upstream, clock);
  return {
    send(request, signal) {
      const proving = proof.given(signal);
      return proving === undefined
        ? upstream.send(request, signal)
        : proving.then(() => upstream.send(request, signal));
    },
    upgrade(request, protocol, signal) {
      const proving = proof.given(signal);
      return proving === undefined
        ? upstream.upgrade(request, protocol, signal)
        : proving.then(() => upstream.upgrade(request, protocol, signal));
    },
    close: () => upstream.close(),
  };
}

class IdentityProof {
  readonly #upstream: Upstream;
  readonly #clock: Clock;
  #provenAtMs = Number.NEGATIVE_INFINITY;
  #failure: { readonly refusal: unknown; readonly atMs: number } | undefined;
  #proving: Promise<void> | undefined;

  constructor(upstream: Upstream, clock: Clock) {
    this.#upstream = upstream;
    this.#clock = clock;
  }

  /**
   * Undefined while there is a proof; else resolves once there is one.
   *
   * @throws {Refusal} TARGET_UNPROVEN upstream sees somebody else, or did not say; and what says that it could not be asked
   */
  given(signal: AbortSignal): Promise<void> | undefined {
    const now = this.#clock.monotonic();
    const ageMs = now - this.#provenAtMs;
    const hasJustFailed = this.#failure !== undefined && now - this.#failure.atMs < PROOF_LIMITS.proofRetryMs;
    if (ageMs < PROOF_LIMITS.proofGoodMs) {
      if (ageMs >= PROOF_LIMITS.proofRenewMs && !hasJustFailed) this.#prove().catch(() => {});
      return undefined;
    }
    if (hasJustFailed && this.#proving === undefined) return Promise.reject(this.#failure?.refusal);
    return unlessAborted(this.#prove(), signal, () => notAsked('given up while it was asked'));
  }

  #prove(): Promise<void> {
    this.#proving ??= proveIdentity(this.#upstream, AbortSignal.timeout(PROOF_LIMITS.proofTimeoutMs))
      .then(
        (said) => {
          // Security: what is said otherwise counts from now on, whatever was proven before.
          this.#provenAtMs = said === undefined ? this.#clock.monotonic() : Number.NEGATIVE_INFINITY;
          this.#failure = undefined;
          if (said !== undefined) throw said;
        },
        (thrown: unknown) => {
          throw couldNotAsk(thrown);
        },
      )
      .catch((refusal: unknown) => {
        this.#failure = { refusal, atMs: this.#clock.monotonic() };
        throw refusal;
      })
      .finally(() => {
        this.#proving = undefined;
      });
    return this.#proving;
  }
}

/**
 * Undefined where upstream sees whom we name. Before Kubernetes 1.28, which cannot say whom it sees, it is asked for a right that we have and the name that we
 * take has not: to impersonate it.
 *
 * @throws {Refusal} it could not be asked
 */
async function proveIdentity(upstream: Upstream, signal: AbortSignal): Promise<Refusal | undefined> {
  const probe = { subject: PROBE_SUBJECT, groups: [] };
  const seen = await whoAmI(upstream, probe, signal);
  switch (seen.kind) {
    case 'seen':
      return seen.username === PROBE_SUBJECT ? undefined : seenOtherwise(seen.username);
    case 'unasked':
      return (await mayImpersonateItself(upstream, probe, signal))
        ? seenOtherwise('a user who may impersonate')
        : undefined;
    default:
      throw notAsked(seen.why);
  }
}

const ACCESS_REVIEW = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

async function mayImpersonateItself(
  upstream: Upstream,
  probe: { readonly subject: string; readonly groups: readonly string[] },
  signal: AbortSignal,
): Promise<boolean> {
  const resourceAttributes = { verb: 'impersonate', resource: 'users', name: probe.subject };
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  };
  const sent = await upstream.send(reviewRequest(ACCESS_REVIEW, review, probe), signal);
  if (sent.kind !== 'unary') throw notAsked('the answer has no end');
  const { reply, refusal } = await impersonationForbidden(sent, probe);
  if (refusal !== undefined) throw refusal;
  const bytes = await collectBytes(reply.body, PROOF_LIMITS.proofBytesMax);
  const allowed = reply.status === 201 ? allowedIn(bytes) : undefined;
  if (allowed === undefined) throw notAsked(`the answer was ${reply.status}`);
  return allowed;
}

function allowedIn(bytes: Buffer): boolean | undefined {
  try {
    const review: JsonValue = JSON.parse(bytes.toString('utf8'));
    const status = isJsonObject(review) ? review['status'] : undefined;
    const allowed = isJsonObject(status) ? status['allowed'] : undefined;
    return typeof allowed === 'boolean' ? allowed : undefined;
  } catch {
    return undefined;
  }
}

const LOOK = 'whoever runs this gateway looks at';

function seenOtherwise(username: string): Refusal {
  const message = 'the target does not see for whom the gateway asks, so nothing is sent to it';
  return new Refusal('TARGET_UNPROVEN', message, {
    detail: `asked as \`${PROBE_SUBJECT}\`, it saw \`${username.slice(0, 200)}\``,
    advice: `${LOOK} what stands between it and the API server, and takes impersonation away`,
  });
}

function notAsked(detail: string, cause?: unknown): Refusal {
  const message = 'the target did not say whether it sees for whom the gateway asks, so nothing was sent to it';
  return new Refusal('TARGET_UNPROVEN', message, {
    detail,
    advice: `${LOOK} the right to impersonate the user \`${PROBE_SUBJECT}\`, and that user’s right to create selfsubjectreviews`,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** That nothing was reached, or our credential not taken, is true of the request that waits as well. What may have run was the question alone. */
function couldNotAsk(thrown: unknown): unknown {
  if (!(thrown instanceof Refusal)) return notAsked(String(thrown), thrown);
  switch (thrown.code) {
    case 'UPSTREAM_UNREACHABLE':
    case 'CREDENTIAL_UNAVAILABLE':
    case 'CREDENTIAL_REFUSED':
    case 'TARGET_UNPROVEN':
      return thrown;
    default:
      return notAsked(thrown.detail === '' ? thrown.message : thrown.detail, thrown);
  }
}
