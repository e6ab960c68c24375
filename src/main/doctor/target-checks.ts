import { type Check, fault, warning, well } from '../../cli/doctor/check.ts';
import type { Config } from '../../config/load.ts';
import { DEFAULT_UPSTREAM_LIMITS } from '../../connectors/kubernetes/upstream/limits.ts';
import type { Upstream } from '../../connectors/kubernetes/upstream/upstream.ts';
import { Refusal } from '../../model/refusal.ts';
import type { RefusalCode } from '../../model/refusal-codes.ts';
import { collectBytes } from '../../std/byte-source.ts';
import type { Clock } from '../../std/clock.ts';
import { ConfigError } from '../config-error.ts';
import { proveImpersonation } from '../prove-impersonation.ts';
import { readerOf } from '../reader-of.ts';
import { wayTo } from '../way-to.ts';

type Target = Config['targets'][number];

/** Limit: how long a target may take to answer, and how much of an answer is read. */
const ASK_TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
/** Limit: how far the target's clock may be from this machine's without a word. */
const SKEW_MS_WARN = 10_000;
/** The release from which on impersonation can be constrained. */
const CONSTRAINED_SINCE = 36;

/** Whether each target is reached with the gateway's credential, by what right it acts for callers, and what its reader may. */
export async function targetChecks(config: Config, clock: Clock): Promise<readonly Check[]> {
  const found = await Promise.all(config.targets.map((target) => checksOf(target, config, clock)));
  return found.flat();
}

async function checksOf(target: Target, config: Config, clock: Clock): Promise<readonly Check[]> {
  try {
    const way = wayTo(target, config, clock, () => {});
    const options = { identity: 'credential', limits: DEFAULT_UPSTREAM_LIMITS } as const;
    const reached = await asked(way(options), '/version', clock);
    if ('refusal' in reached) return [refused(target.name, '', reached.refusal)];
    const minor = minorOf(reached.body);
    const reader = await asked(
      readerOf(target, way, options, clock, () => {}),
      '/apis',
      clock,
    );
    return [
      well('target', target.name, `it is reached, Kubernetes 1.${minor ?? '?'}`),
      ...skew(target.name, reached.aheadMs),
      ...('refusal' in reader
        ? [refused(target.name, ' as reader', reader.refusal)]
        : reader.status === 200
          ? []
          : [
              fault(
                'target',
                `${target.name} as reader`,
                `discovery was answered with ${reader.status}`,
                'let the reader read /api and /apis (`system:discovery`)',
              ),
            ]),
      ...(target.upstreamIdentity === 'caller' ? [await right(config, target.name, minor)] : []),
    ];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [fault('target', target.name, error.message, 'mend what the target names in the configuration')];
  }
}

type Asked =
  | { readonly status: number; readonly body: string; readonly aheadMs: number | undefined }
  | { readonly refusal: Refusal };

async function asked(upstream: Upstream, uri: string, clock: Clock): Promise<Asked> {
  const headers = new Map([['accept', ['application/json']]]);
  const request = { method: 'GET', uri, headers, body: undefined, identity: undefined, isStream: false };
  try {
    const reply = await upstream.send(request, AbortSignal.timeout(ASK_TIMEOUT_MS));
    const at = reply.headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'date');
    const date = at === -1 ? Number.NaN : Date.parse(reply.headers[at + 1] as string);
    const aheadMs = Number.isNaN(date) ? undefined : date - clock.now();
    const body = await collectBytes(reply.body, ANSWER_BYTES_MAX);
    return { status: reply.status, body: body.toString('utf8'), aheadMs };
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error };
    throw error;
  } finally {
    await upstream.close();
  }
}

function minorOf(version: string): number | undefined {
  const [, minor] = /"minor":\s*"(\d+)/.exec(version) ?? [];
  return minor === undefined ? undefined : Number(minor);
}

function skew(name: string, aheadMs: number | undefined): readonly Check[] {
  if (aheadMs === undefined || Math.abs(aheadMs) <= SKEW_MS_WARN) return [];
  const found = `its clock is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine’s`;
  return [warning('target', name, found, 'keep both by NTP: tokens and certificates are good for a time')];
}

async function right(config: Config, name: string, minor: number | undefined): Promise<Check> {
  const found = await proveImpersonation(config, name);
  const advice = `\`sallyport target bootstrap ${name}\` prints the rights that it needs`;
  if (typeof found !== 'string')
    return fault('target', `${name} for callers`, `the gateway cannot act for callers: ${found.failed}`, advice);
  const about = `${name} for callers`;
  switch (found) {
    case 'constrained':
      return well('target', about, 'it acts by constrained impersonation');
    case 'also-legacy':
      return warning(
        'target',
        about,
        'it has the old right to impersonate beside the constrained one, which makes every limit decoration',
        'take the verb `impersonate` away from it',
      );
    case 'legacy':
      return minor !== undefined && minor >= CONSTRAINED_SINCE
        ? warning(
            'target',
            about,
            'it acts by the old right to impersonate, which is not limited',
            `this release can do better: ${advice}`,
          )
        : well('target', about, 'it acts by impersonation');
    default:
      return found satisfies never;
  }
}

const ADVICE: Readonly<Partial<Record<RefusalCode, string>>> = {
  UPSTREAM_UNREACHABLE:
    'look at its address and authority, at name resolution, and at what stands between: a firewall, a NetworkPolicy, a proxy',
  CREDENTIAL_UNAVAILABLE: 'look at the token file, kubeconfig or role that the target names',
  CREDENTIAL_REFUSED: 'the API server does not know the credential: make a new one, for this cluster',
};

function refused(name: string, as: string, { code, message, detail }: Refusal): Check {
  const found = detail === '' ? message : `${message} (${detail})`;
  return fault('target', `${name}${as}`, found, ADVICE[code] ?? `${code} stands in docs/reference/refusals.md`);
}
