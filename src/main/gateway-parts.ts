/*
 * What a process of the gateway is made of, and how each part is: for who looks after it and asks why nobody can sign in, what is not written, or which of all this
 * still works. Where `/readyz` says only what is wrong, this says of each part what is so. Nobody is asked for it: it is what the parts know.
 */
import { X509Certificate } from 'node:crypto';
import type { GatewayPart } from '../control/contract.ts';
import type { DeliveryHealth } from '../delivery/delivery-health.ts';
import type { IssuerState } from '../identity/authenticator.ts';
import { KEY_LIMITS } from '../identity/issuer-keys.ts';
import { type RuleSet, rulesIn } from '../policy/rule-set.ts';
import type { JournalHealth } from '../storage/journal.ts';
import type { CertificateInForce } from './certificate-in-force.ts';
import type { PolicyInForce } from './policy-in-force.ts';

/** What is looked at. */
export interface LookedAt {
  readonly journal: JournalHealth;
  /** An issuer may be there twice: once for each way in. */
  readonly issuers: readonly IssuerState[];
  readonly policy: Pick<PolicyInForce, 'findings'> & { readonly rules: () => RuleSet };
  readonly certificate: Pick<CertificateInForce, 'current' | 'failure'>;
  readonly receivers: ReadonlyMap<string, DeliveryHealth>;
  readonly nowMs: number;
}

/** From so long before its end on, the gateway's certificate is warned of. */
const CERTIFICATE_WARN_MS = 14 * 86_400_000;
/** A receiver that was told nothing for so long is warned of. */
const RECEIVER_WARN_MS = 60_000;

/** The parts of this process. */
export function gatewayParts(at: LookedAt): readonly GatewayPart[] {
  return [
    journalPart(at.journal),
    ...issuerParts(at.issuers),
    policyPart(at.policy),
    certificatePart(at.certificate, at.nowMs),
    ...[...at.receivers].map(([name, health]) => receiverPart(name, health, at.nowMs)),
  ];
}

function journalPart({ state, reason, syncedSeq, queuedBytes, room, freeBytes }: JournalHealth): GatewayPart {
  const part = 'journal';
  if (state !== 'open') return { part, state: 'failed', message: `is ${state}: ${reason}` };
  const written = `all to line ${syncedSeq} is on the disk`;
  const waits = queuedBytes === 0 ? '' : `; ${bytesText(queuedBytes)} wait to be written`;
  const free = freeBytes === undefined ? '' : `; ${bytesText(freeBytes)} of the disk are free`;
  return {
    part,
    state: room === 'none' ? 'failed' : room === 'low' ? 'warning' : 'ok',
    message: `${written}${waits}${free}`,
  };
}

/** Of an issuer that is known from several ways in, what is worst is told. */
function issuerParts(issuers: readonly IssuerState[]): readonly GatewayPart[] {
  const worst = new Map<string, GatewayPart>();
  for (const issuer of issuers) {
    const [part, before] = [issuerPart(issuer), worst.get(issuer.name)];
    if (before === undefined || ORDER.indexOf(part.state) < ORDER.indexOf(before.state)) worst.set(issuer.name, part);
  }
  return [...worst.values()];
}

/** The first is told where there are several. That one way in has not needed an issuer yet says less than that another has. */
const ORDER: readonly GatewayPart['state'][] = ['failed', 'warning', 'ok', 'unknown'];

function issuerPart({ name, keys, ageMs, failure }: IssuerState): GatewayPart {
  const issuer = { part: 'issuer', name } as const;
  if (ageMs === undefined)
    return failure === undefined
      ? { ...issuer, state: 'unknown', message: 'its keys are fetched with the first token that it gave' }
      : {
          ...issuer,
          state: 'failed',
          message: `its keys cannot be fetched, so none of its tokens is taken: ${failure}`,
        };
  const fetched = `${keys} ${keys === 1 ? 'key' : 'keys'}, fetched ${agoText(ageMs)}`;
  if (failure === undefined) return { ...issuer, state: 'ok', message: fetched };
  const leftMs = KEY_LIMITS.keysStaleMaxMs - ageMs;
  return leftMs > 0
    ? { ...issuer, state: 'warning', message: `${fetched}, are believed for ${wholeText(leftMs)} more: ${failure}` }
    : { ...issuer, state: 'failed', message: `${fetched}, are too old to be believed: ${failure}` };
}

function policyPart({ rules, findings }: LookedAt['policy']): GatewayPart {
  const { length } = rulesIn(rules());
  const inForce = `${length} ${length === 1 ? 'rule is' : 'rules are'} in force`;
  return findings().length === 0
    ? { part: 'policy', state: 'ok', message: inForce }
    : { part: 'policy', state: 'warning', message: `${inForce}, of older files: those of now are refused` };
}

function certificatePart({ current, failure }: LookedAt['certificate'], nowMs: number): GatewayPart {
  const part = 'certificate';
  const endsAt = new X509Certificate(current.certPem).validToDate;
  const leftMs = endsAt.getTime() - nowMs;
  const on = endsAt.toISOString().slice(0, 10);
  if (leftMs <= 0) return { part, state: 'failed', message: `ended on ${on}: no client takes it` };
  const ends = `ends on ${on}, in ${wholeText(leftMs)}`;
  const refused = failure();
  if (refused !== undefined) return { part, state: 'warning', message: `${ends}; its files are refused: ${refused}` };
  return { part, state: leftMs < CERTIFICATE_WARN_MS ? 'warning' : 'ok', message: ends };
}

function receiverPart(name: string, health: DeliveryHealth, nowMs: number): GatewayPart {
  const { failingSince, failure, waitingSince } = health;
  const lag = waitingSince === undefined ? 'has all' : `is told what was recorded ${agoText(nowMs - waitingSince)}`;
  if (failingSince === undefined) return { part: 'receiver', name, state: 'ok', message: lag };
  const forMs = nowMs - failingSince;
  const state = forMs < RECEIVER_WARN_MS ? 'ok' : 'warning';
  return { part: 'receiver', name, state, message: `has taken nothing for ${wholeText(forMs)}: ${failure}` };
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1_000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
}

function agoText(ms: number): string {
  return ms < 1_000 ? 'just now' : `${wholeText(ms)} ago`;
}

const LENGTHS = [
  ['days', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** In the largest unit of which there are two at least. */
function wholeText(ms: number): string {
  const [unit, size] = LENGTHS.find((each) => ms >= 2 * each[1]) ?? ['s', 1_000];
  return `${Math.max(1, Math.floor(ms / size))} ${unit}`;
}
