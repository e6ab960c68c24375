import type { Caller } from '../model/caller.ts';
import type { GrantScope } from '../model/grant-scope.ts';
import { Refusal } from '../model/refusal.ts';
import { offerFor } from '../policy/offer.ts';
import type { GrantApproval, RequestTerms, Rule } from '../policy/rule.ts';
import type { RuleSet } from '../policy/rule-set.ts';
import { durationText } from '../std/duration.ts';
import type { Grant } from './grant.ts';
import { approvalDigest, ruleDigest } from './rule-digest.ts';

/** What a caller asks for. */
export interface GrantAsk {
  /** `rule`: the one to ask by; absent: the first that offers it. */
  readonly scopes: readonly (GrantScope & { readonly rule?: string | undefined })[];
  /** Absent: as long as the rules let it last. */
  readonly forMs?: number | undefined;
  readonly usesMax?: number | undefined;
  readonly reason: string;
}

/** A grant that was asked for, and how many live ones of each of its rules its caller may have. */
export interface Asked {
  readonly grant: Grant;
  readonly livePerCallerMax: ReadonlyMap<string, number>;
  /** Who has to say yes before it is given; none: it is given at once. */
  readonly asks: readonly (GrantApproval & { readonly rule: string; readonly reason: string })[];
}

/**
 * The grant that a caller is given, or waits for, by the rules in force: every scope by a rule that offers it, for no longer and no more often than the
 * strictest of them says.
 *
 * @throws {Refusal} GRANT_NOT_OFFERED
 */
export function ask(rules: RuleSet, caller: Caller, asked: GrantAsk, id: string, nowMs: number): Asked {
  const offers = asked.scopes.map(({ rule, ...scope }) => {
    const offer = offerFor(rules, caller, scope, rule);
    if (offer === undefined) throw notOffered(caller, scope);
    return offer;
  });
  const terms = offers.map(({ rule }) => rule.request as RequestTerms);
  const forMaxMs = Math.min(...terms.map((each) => each.forMaxMs));
  if (asked.forMs !== undefined && asked.forMs > forMaxMs) {
    const message = `a grant of ${named(offers)} lasts ${durationText(forMaxMs)} at most`;
    throw new Refusal('GRANT_NOT_OFFERED', message, { advice: `ask for ${durationText(forMaxMs)} or less` });
  }
  const usesMax = least([asked.usesMax, ...terms.map((each) => each.usesMax)]);
  const idleMaxMs = least(terms.map((each) => each.idleMaxMs));
  // Security: what is granted to a program of somebody's is not theirs, nor another program's.
  const isBound = caller.issued !== undefined || terms.some(({ bindTo }) => bindTo === 'run');
  if (isBound && caller.run === undefined)
    throw new Refusal('GRANT_NOT_OFFERED', `a grant of ${named(offers)} is bound to a run, and the token names none`, {
      advice: 'ask with the token of a pipeline run, a pod or a session',
    });
  // Security: of whom the token does not name, nobody could be told apart.
  if (caller.actors?.[0] === '')
    throw new Refusal('GRANT_NOT_OFFERED', 'a grant is bound to who acts for you, and the token names nobody (`act`)', {
      advice: 'ask with a token that names who acts, or with your own',
    });
  const asks = [...new Map(offers.map(({ rule }) => [rule.id, rule])).values()].flatMap(
    ({ id: rule, reason, request }) =>
      request === undefined || request.approval === 'none' ? [] : [{ rule, reason, ...request.approval }],
  );
  const waits = asks.map(({ waitMaxMs }) => waitMaxMs);
  const grant: Grant = {
    id,
    state: waits.length > 0 ? 'pending' : 'live',
    holder: { subject: caller.subject, issuer: caller.issuer },
    parts: offers.map(({ rule, scope }) => ({
      ...{ rule: rule.id, ruleDigest: ruleDigest(rule), scope },
      ...(waits.length === 0 ? {} : { approvalDigest: approvalDigest((rule.request as RequestTerms).approval) }),
    })),
    reason: asked.reason,
    askedAt: nowMs,
    forMs: asked.forMs ?? forMaxMs,
    ...(usesMax === undefined ? {} : { usesMax }),
    ...(idleMaxMs === undefined ? {} : { idleMaxMs }),
    ...(isBound ? { run: caller.run as string } : {}),
    ...(caller.actors === undefined ? {} : { actors: caller.actors }),
    ...(waits.length > 0
      ? { closesAt: nowMs + Math.min(...waits) }
      : { startsAt: nowMs, endsAt: nowMs + (asked.forMs ?? forMaxMs) }),
    uses: 0,
  };
  const livePerCallerMax = new Map(
    offers.map(({ rule }) => [rule.id, (rule.request as RequestTerms).livePerCallerMax]),
  );
  return { grant, livePerCallerMax, asks };
}

function least(bounds: readonly (number | undefined)[]): number | undefined {
  const said = bounds.filter((bound) => bound !== undefined);
  return said.length === 0 ? undefined : Math.min(...said);
}

function named(offers: readonly { readonly rule: Rule }[]): string {
  return [...new Set(offers.map(({ rule }) => `rule \`${rule.id}\``))].join(', ');
}

function notOffered({ subject }: Caller, { verbs, resources, namespaces, resourceNames, target }: GrantScope): Refusal {
  const where = namespaces.length === 0 ? '' : ` in namespace ${list(namespaces)}`;
  const what = `${verbs.join(', ')} ${resources.join(', ')}${resourceNames.length === 0 ? '' : ` ${list(resourceNames)}`}`;
  return new Refusal(
    'GRANT_NOT_OFFERED',
    `no \`request\` rule offers \`${subject}\` to ${what}${where} on target \`${target}\``,
    { advice: 'ask whoever writes this gateway’s policy for a `request` rule, or for less' },
  );
}

function list(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}
