import type { Config } from '../config/load.ts';
import type { Connector, Probe, WriteBack } from '../connectors/connector.ts';
import { DEFAULT_BODY_LIMITS } from '../connectors/kubernetes/body/body-limits.ts';
import { createDiscovery } from '../connectors/kubernetes/discovery/discovery.ts';
import { createKubernetesConnector } from '../connectors/kubernetes/kubernetes-connector.ts';
import { createPreview } from '../connectors/kubernetes/preview/look.ts';
import { createProbe } from '../connectors/kubernetes/probe.ts';
import { createWriteBack } from '../connectors/kubernetes/restore/write-back.ts';
import type { Reviews } from '../connectors/kubernetes/reviews/reviews.ts';
import { DEFAULT_UPSTREAM_LIMITS } from '../connectors/kubernetes/upstream/limits.ts';
import { markedUpstream } from '../connectors/kubernetes/upstream/marked-upstream.ts';
import { attributesIn, type OwnRights, ownRights } from '../connectors/kubernetes/upstream/own-rights.ts';
import { provenUpstream } from '../connectors/kubernetes/upstream/prove-identity.ts';
import type { Upstream } from '../connectors/kubernetes/upstream/upstream.ts';
import type { Foresight } from '../model/foresight.ts';
import type { Access } from '../pipeline/access.ts';
import { lookUpAll } from '../pipeline/look-up.ts';
import { noNovelty } from '../pipeline/novelty.ts';
import { requestAdvice } from '../policy/advice.ts';
import { factsForeseen, foresee } from '../policy/foresee.ts';
import { permissions } from '../policy/permissions.ts';
import type { RuleSet } from '../policy/rule-set.ts';
import { collectBytes } from '../std/byte-source.ts';
import type { Clock } from '../std/clock.ts';
import type { ObservedTargets } from './observed-targets.ts';
import { type ReaderTold, toldReader } from './told-reader.ts';
import type { Ways } from './way.ts';

/** What of a target does not say how it is reached. */
export type TargetTerms = Pick<Config['targets'][number], 'name' | 'upstreamIdentity' | 'marked'> & {
  readonly podSecrets?: readonly string[] | undefined;
};

/** A target as the data path is given it. */
export interface Target {
  readonly connector: Connector;
  readonly probe: Probe;
  readonly writeBack: WriteBack;
  close(): Promise<void>;
}

/** Limit: one discovery document, and how long it may take. */
const DISCOVERY_BYTES_MAX = 32 * 1024 * 1024;
const DISCOVERY_TIMEOUT_MS = 15_000;

/** The parts of one target; nothing is sent before its first request. */
export function createTarget(
  target: TargetTerms,
  { own: way, reader: readerWay }: Ways,
  { limits: { upstreamTimeoutMs, upstreamStallTimeoutMs, connectTimeoutMs, bodies } }: Pick<Config, 'limits'>,
  clock: Clock,
  policy: TargetPolicy,
  told: ReaderTold,
  traced: (upstream: Upstream) => Upstream = (upstream) => upstream,
): Target {
  const limits = { ...DEFAULT_UPSTREAM_LIMITS, upstreamTimeoutMs, upstreamStallTimeoutMs, connectTimeoutMs };
  const named = traced(way({ identity: target.upstreamIdentity, limits }));
  const forwards = target.marked ? markedUpstream(named, target.name) : named;
  const upstream = target.upstreamIdentity === 'caller' ? provenUpstream(forwards, clock) : forwards;
  const reader = toldReader(readerWay({ identity: 'credential', limits }), told);
  const discovery = createDiscovery({ get: (path, accept) => getDocument(reader, path, accept), clock });
  const { upstreamIdentity } = target;
  const podSecrets = new Set(target.podSecrets ?? []);
  const self = way({ identity: 'credential', limits });
  const own = upstreamIdentity === 'caller' ? ownRights(self, clock) : undefined;
  const facts = createProbe({ reader, upstream, upstreamIdentity, clock, podSecrets });
  const probe: Probe = { ...facts, preview: createPreview({ reader, upstream, upstreamIdentity, discovery }) };
  return {
    connector: createKubernetesConnector({
      target: target.name,
      upstream,
      upstreamIdentity,
      discovery,
      bodyLimits: { ...DEFAULT_BODY_LIMITS, ...bodies },
      ownRights: own,
      reviews: reviewsOf(target.name, policy, probe, own, clock),
    }),
    probe,
    writeBack: createWriteBack({ upstream, upstreamIdentity }),
    async close() {
      await Promise.all([upstream.close(), reader.close(), self.close()]);
    },
  };
}

/** What reviews ask: the rules in force when they are answered, and what callers have beside them. */
export interface TargetPolicy {
  readonly rules: () => RuleSet;
  readonly access: Pick<Access, 'grantsOf' | 'suggest'>;
  readonly observed: Pick<ObservedTargets, 'of'>;
}

function reviewsOf(
  target: string,
  { rules, access, observed }: TargetPolicy,
  probe: Probe,
  own: OwnRights | undefined,
  clock: Clock,
): Reviews {
  const observing = observed.of(target);
  const guards = () => (observing !== undefined && clock.now() < observing.untilMs ? observing.guards() : undefined);
  return {
    foresee(caller, supposed) {
      const nowMs = clock.now();
      const answer = foresee(rules(), caller, supposed, nowMs, {}, access.grantsOf(caller));
      const open = answer.effect === 'allow' ? undefined : guards();
      return open === undefined ? answer : foresee(open, caller, supposed, nowMs);
    },
    async foreseeLooked(caller, supposed) {
      const [inForce, nowMs, grants] = [rules(), clock.now(), access.grantsOf(caller)];
      const kinds = factsForeseen(inForce, caller, supposed, nowMs, grants);
      const facts = await lookUpAll({ probe, novelty: noNovelty }, kinds, caller, supposed.operation);
      const answer = foresee(inForce, caller, supposed, nowMs, facts, grants);
      const open = answer.effect === 'allow' ? undefined : guards();
      return open === undefined ? advised(answer, target, access) : foresee(open, caller, supposed, nowMs, facts);
    },
    async ownMissing({ subject, groups }, spec) {
      const asked = attributesIn(spec);
      return asked === undefined ? undefined : own?.missing(asked, { subject, groups });
    },
    ownReach: async ({ subject, groups }, namespace) => own?.reach(namespace, { subject, groups }),
    rulesFor: (caller, namespace) =>
      permissions(guards() ?? rules(), caller, {
        target,
        namespace,
        nowMs: clock.now(),
        grants: access.grantsOf(caller),
      }),
  };
}

/** What can be asked for is said with the answer. */
function advised(foresight: Foresight, target: string, { suggest }: Pick<Access, 'suggest'>): Foresight {
  if (foresight.effect !== 'deny' || foresight.advice !== '' || foresight.offered === undefined) return foresight;
  const { advice } = suggest(foresight, target) ?? { advice: requestAdvice(foresight.offered) };
  return { ...foresight, advice };
}

async function getDocument(reader: Upstream, path: string, accept: string) {
  const headers = new Map([['accept', [accept]]]);
  const request = { method: 'GET', uri: path, headers, body: undefined, identity: undefined, isStream: false };
  const reply = await reader.send(request, AbortSignal.timeout(DISCOVERY_TIMEOUT_MS));
  return { status: reply.status, body: await collectBytes(reply.body, DISCOVERY_BYTES_MAX) };
}
