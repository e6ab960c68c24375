/*
 * A target looked at with connections of its own: is it reached, by which certificate, with whose clock, does it take the credential, does it see for whom the gateway asks, and may the credentials what they
 * need and no more. All that is sent are questions of a credential about itself; nothing is stored there.
 */
import type { TLSSocket } from 'node:tls';
import { Refusal } from '../../../model/refusal.ts';
import type { TargetChecked } from '../../../model/target-check.ts';
import { collectBytes } from '../../../std/byte-source.ts';
import type { Clock } from '../../../std/clock.ts';
import type { UpstreamLimits } from '../upstream/limits.ts';
import { provenRight, type Right } from '../upstream/prove-right.ts';
import type { Upstream, UpstreamOptions } from '../upstream/upstream.ts';
import { whoAmI } from '../upstream/who-am-i.ts';
import { type CertificateSeen, checkedCertificate, checkedClock, seenCertificate } from './checked-connection.ts';
import { TARGET_CHECK_LIMITS } from './target-check-limits.ts';

type Way = (options: Pick<UpstreamOptions, 'identity' | 'limits' | 'onConnected'>) => Upstream;

/** What is looked at, and what is asked about rights. */
export interface TargetToCheck {
  readonly ways: { readonly own: Way; readonly reader: Way | undefined };
  readonly limits: UpstreamLimits;
  readonly upstreamIdentity: 'caller' | 'credential';
  readonly clock: Clock;
  /** Holds what a credential has to what it needs. */
  readonly rightsOf: (asked: {
    readonly credential: 'own' | 'reader';
    readonly right: Right | undefined;
    /** Whether the cluster can limit what is done on behalf of callers. */
    readonly isConstrained: boolean;
    readonly self: Upstream;
    readonly signal: AbortSignal;
  }) => Promise<Omit<TargetChecked, 'check'>>;
}

/** What was found, in the order in which it is told; what hangs on something that failed is left out. */
export async function checkTarget(asked: TargetToCheck): Promise<readonly TargetChecked[]> {
  const signal = AbortSignal.timeout(TARGET_CHECK_LIMITS.checkTimeoutMs);
  let seen: CertificateSeen | undefined;
  const onConnected = (socket: TLSSocket) => {
    seen ??= seenCertificate(socket);
  };
  const self = asked.ways.own({ identity: 'credential', limits: asked.limits, onConnected });
  const acting = asked.ways.own({ identity: 'caller', limits: asked.limits });
  const reader = asked.ways.reader?.({ identity: 'credential', limits: asked.limits });
  try {
    const reached = await reach(self, signal);
    const connection = connectionOf(reached, () => seen, asked.clock);
    if (reached.version === undefined) return connection;
    const { version } = reached;
    const isConstrained = minorOf(version) >= CONSTRAINED_SINCE;
    const [credential, acts, readerSeen] = await Promise.all([
      credentialOf(self, signal),
      actsFor(asked.upstreamIdentity, acting, self, isConstrained, signal),
      reader === undefined ? undefined : credentialOf(reader, signal),
    ]);
    const rights = await asked.rightsOf({ credential: 'own', right: acts.right, isConstrained, self, signal });
    const readers =
      reader === undefined
        ? undefined
        : await asked.rightsOf({ credential: 'reader', right: undefined, isConstrained, self: reader, signal });
    return [
      ...connection,
      { check: 'credential', ...credential },
      { check: 'impersonation', ...acts.found },
      { check: 'rights', ...rights },
      ...(readerSeen === undefined ? [] : [{ check: 'reader', ...readerSeen } as const]),
      ...(readers === undefined ? [] : [{ check: 'reader-rights', ...readers } as const]),
    ];
  } finally {
    await Promise.all([self.close(), acting.close(), reader?.close()]);
  }
}

type Found = Omit<TargetChecked, 'check'>;

/** The first answer: its version and its clock, or why there is none. */
interface Reached {
  /** Undefined where nothing more can be asked. */
  readonly version: string | undefined;
  readonly date: string | undefined;
  readonly failure: Refusal | undefined;
}

async function reach(self: Upstream, signal: AbortSignal): Promise<Reached> {
  try {
    const reply = await self.send(
      {
        method: 'GET',
        uri: '/version',
        headers: new Map([['accept', ['application/json']]]),
        body: undefined,
        identity: undefined,
        isStream: false,
      },
      signal,
    );
    const text = (await collectBytes(reply.body, TARGET_CHECK_LIMITS.answerBytesMax)).toString('utf8');
    const date = headerOf(reply.headers, 'date');
    return { version: versionIn(text), date, failure: undefined };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return { version: undefined, date: undefined, failure: thrown };
  }
}

function connectionOf(
  { version, date, failure }: Reached,
  seen: () => CertificateSeen | undefined,
  clock: Clock,
): readonly TargetChecked[] {
  const certificate = checkedCertificate(seen(), failure, clock);
  if (failure !== undefined && failure.code !== 'CREDENTIAL_REFUSED')
    return [
      certificate.state === 'failed'
        ? { check: 'reach', state: 'ok', message: 'it answers' }
        : { check: 'reach', state: 'failed', message: told(failure) },
      ...(certificate.state === 'unknown' ? [] : [{ check: 'certificate', ...certificate } as const]),
    ];
  const answers =
    version === undefined ? 'it answers, and not as a Kubernetes API server' : `Kubernetes ${version} answers`;
  const reached: Found =
    failure !== undefined
      ? { state: 'ok', message: 'it answers' }
      : { state: version === undefined ? 'failed' : 'ok', message: answers };
  return [
    { check: 'reach', ...reached },
    { check: 'certificate', ...certificate },
    ...(date === undefined ? [] : [{ check: 'clock', ...checkedClock(date, clock) } as const]),
    ...(failure === undefined ? [] : [{ check: 'credential', state: 'failed', message: told(failure) } as const]),
  ];
}

async function credentialOf(self: Upstream, signal: AbortSignal): Promise<Found> {
  try {
    const seen = await whoAmI(self, undefined, signal);
    switch (seen.kind) {
      case 'seen':
        return { state: 'ok', message: `it is taken as \`${seen.username.slice(0, 200)}\`` };
      case 'unasked':
        return { state: 'unknown', message: 'the cluster is older than 1.28 and does not say whom it sees' };
      default:
        return { state: 'failed', message: `the cluster does not say whom it sees: ${seen.why}` };
    }
  } catch (thrown) {
    return { state: 'failed', message: messageOf(thrown) };
  }
}

/** Source: KEP-5284, on by default in its beta */
const CONSTRAINED_SINCE = 36;

async function actsFor(
  upstreamIdentity: 'caller' | 'credential',
  acting: Upstream,
  self: Upstream,
  isConstrained: boolean,
  signal: AbortSignal,
): Promise<{ readonly right: Right | undefined; readonly found: Found }> {
  if (upstreamIdentity === 'credential')
    return {
      right: undefined,
      found: { state: 'ok', message: 'nobody is impersonated: the cluster sees the gateway’s own credential' },
    };
  try {
    const right = await provenRight(acting, self, signal);
    return { right, found: SAID[right === 'legacy' && isConstrained ? 'unlimited' : right] };
  } catch (thrown) {
    return { right: undefined, found: { state: 'failed', message: messageOf(thrown) } };
  }
}

const SAID: Readonly<Record<Right | 'unlimited', Found>> = {
  constrained: { state: 'ok', message: 'the cluster sees the callers, and limits what is done on their behalf' },
  legacy: { state: 'ok', message: 'the cluster sees the callers, by the right to impersonate' },
  unlimited: {
    state: 'warning',
    message:
      'the cluster sees the callers, by the old right to impersonate, though it could limit what is done on their behalf: `sallyport target bootstrap` prints how',
  },
  'also-legacy': {
    state: 'failed',
    message:
      'the old right to impersonate stands beside the constrained one, which makes every limit decoration: take it away',
  },
};

/** The minor version; 0 where it cannot be read. */
function minorOf(version: string): number {
  return Number(/^v?1\.(\d{1,3})\b/.exec(version)?.[1] ?? 0);
}

function versionIn(text: string): string | undefined {
  try {
    const { gitVersion } = JSON.parse(text) as { gitVersion?: unknown };
    return typeof gitVersion === 'string' && /^v?\d[\w.+-]{0,63}$/.test(gitVersion) ? gitVersion : undefined;
  } catch {
    return undefined;
  }
}

function headerOf(headers: readonly string[], name: string): string | undefined {
  const at = headers.findIndex((each, i) => i % 2 === 0 && each.toLowerCase() === name);
  return at === -1 ? undefined : headers[at + 1];
}

function told({ message, detail }: Refusal): string {
  return detail === '' ? message : `${message} (${detail})`;
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof Refusal) return told(thrown);
  throw thrown;
}
