/*
 * Policy as the console shows it. The rules that are in force come from memory; all that takes thinking (why, who can, simulation) is asked of the desk, which
 * works beside the data path and on the files as they are.
 */
import { conditionTexts, grantTexts, selectorText } from '../policy/analysis/conditions-of.ts';
import type { Role, RoleName } from '../policy/role.ts';
import type { CallerMatch, Rule } from '../policy/rule.ts';
import { partsOf, type RuleSet } from '../policy/rule-set.ts';
import type { Catalog, RuleUse } from '../recording/found.ts';
import type {
  Narrower,
  NarrowerAsk,
  Proposal,
  RuleView,
  ShadowReport,
  Tried,
  WhoCanAnswer,
  WhoCanAsk,
  WhyAnswer,
  WhyAsk,
} from './policy-contract.ts';
import {
  narrowerAskSchema,
  narrowerSchema,
  policyFilesSchema,
  policySchema,
  proposalSchema,
  shadowQuery,
  shadowSchema,
  triedSchema,
  whoCanQuery,
  whoCanSchema,
  whyAnswerSchema,
  whyAskSchema,
} from './policy-contract.ts';
import { roleRequired } from './role-required.ts';
import type { Asked, Route } from './route.ts';
import { instant } from './views.ts';

/** What thinks about policy: the very commands of `sallyport policy`. Each throws {Refusal} REQUEST_MALFORMED with their sentence, POLICY_UNANSWERED, or TOO_MANY_REQUESTS. */
export interface PolicyDesk {
  files(): Promise<readonly { readonly file: string; readonly text: string }[]>;
  why(asked: WhyAsk): Promise<WhyAnswer>;
  whoCan(asked: WhoCanAsk): Promise<WhoCanAnswer>;
  shadow(since: string): Promise<ShadowReport>;
  tryOut(proposal: Proposal): Promise<Tried>;
  narrower(asked: NarrowerAsk): Promise<Narrower>;
}

interface Parts {
  readonly policy: {
    readonly rules: () => RuleSet;
    /** What is wrong with the files as they are now, a sentence each. */
    readonly findings: () => readonly string[];
    /** A path as people write it. */
    readonly shownPath: (path: string) => string;
  };
  readonly catalog: Pick<Catalog, 'ruleUses'>;
  readonly desk: PolicyDesk;
  readonly now: () => number;
}

const SEE: readonly RoleName[] = ['auditor', 'operator'];

/** How far back uses are counted. */
const USES_MS = 30 * 24 * 60 * 60_000;

/** Limit: bytes of a request that brings a proposal, as JSON; the desk bounds what it holds. */
const PROPOSAL_BYTES_MAX = 2 * 1024 * 1024;

/** The operations on policy; none of them changes it. */
export function policyRoutes(parts: Parts): readonly Route[] {
  return [...inForceRoutes(parts), ...thinkingRoutes(parts), ...proposalRoutes(parts)];
}

function inForceRoutes(parts: Parts): readonly Route[] {
  const { desk } = parts;
  return [
    {
      method: 'GET',
      path: '/policy',
      id: 'getPolicy',
      summary: 'The rules in force, each with how often it decided in the last 30 days at this gateway.',
      needs: SEE,
      answer: { status: 200, schema: policySchema, description: 'All of them, in the order of their ids.' },
      handle: seeing(async () => {
        const sinceMs = parts.now() - USES_MS;
        const { uses, beginsAt } = await parts.catalog.ruleUses(sinceMs);
        const used = new Map(uses.map((use) => [use.rule, use]));
        const rules = allRules(parts.policy.rules());
        return {
          items: rules.map((rule) => ruleView(rule, used.get(rule.id), parts.policy.shownPath)),
          since: instant(Math.max(sinceMs, beginsAt ?? parts.now())),
          isWhole: beginsAt !== undefined && beginsAt <= sinceMs,
          files: [...new Set(rules.map(({ source }) => parts.policy.shownPath(source.file)))],
          findings: [...parts.policy.findings()],
        };
      }),
    },
    {
      method: 'GET',
      path: '/policy/files',
      id: 'getPolicyFiles',
      summary: 'The policy files as they are now.',
      needs: SEE,
      answer: { status: 200, schema: policyFilesSchema, description: 'Their texts.' },
      handle: seeing(async () => ({ items: [...(await desk.files())] })),
    },
  ];
}

function thinkingRoutes({ desk }: Parts): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/policy/why',
      id: 'explainPolicy',
      summary: 'How a request would be answered and why: the rule, and those nearest to it. Nothing is sent.',
      needs: SEE,
      body: whyAskSchema,
      answer: { status: 200, schema: whyAnswerSchema, description: 'One answer for each request of the command.' },
      handle: seeing(({ body }) => desk.why(body as WhyAsk)),
    },
    {
      method: 'GET',
      path: '/policy/who-can',
      id: 'whoCan',
      summary: 'Who may have an operation done, and under what conditions: over all callers, not by sample.',
      needs: SEE,
      query: whoCanQuery,
      answer: { status: 200, schema: whoCanSchema, description: 'In words.' },
      handle: seeing(({ query }) => desk.whoCan(query as WhoCanAsk)),
    },
    {
      method: 'GET',
      path: '/policy/shadow',
      id: 'reportShadow',
      summary: 'What policy that is only observed would have answered otherwise, and the rules that would be missing.',
      needs: SEE,
      query: shadowQuery,
      answer: { status: 200, schema: shadowSchema, description: 'What this gateway’s journal has.' },
      handle: seeing(({ query }) => desk.shadow((query as { since: string }).since)),
    },
  ];
}

function proposalRoutes({ desk }: Parts): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/policy/proposals/try',
      id: 'tryProposal',
      summary:
        'Check, test and simulate a change of policy files on recorded traffic. It is not kept, and nothing changes.',
      needs: SEE,
      bodyBytesMax: PROPOSAL_BYTES_MAX,
      body: proposalSchema,
      answer: { status: 200, schema: triedSchema, description: 'What it comes to, and the patch to take to git.' },
      handle: seeing(({ body }) => desk.tryOut(body as Proposal)),
    },
    {
      method: 'POST',
      path: '/policy/narrower',
      id: 'narrowPolicy',
      summary: 'The allow rules of callers, narrowed to what they were used for, as a proposal.',
      needs: SEE,
      body: narrowerAskSchema,
      answer: { status: 200, schema: narrowerSchema, description: 'The patch, and what it does to which rule.' },
      handle: seeing(({ body }) => desk.narrower(body as NarrowerAsk)),
    },
  ];
}

/** Security: a rule speaks of places that a bounded role does not reach, so only a role without bounds reads policy. */
function seeing(body: (asked: Asked) => Promise<unknown>): Route['handle'] {
  return async (asked) => {
    if (!asked.roles.some(isUnbounded)) throw roleRequired(SEE);
    return { status: 200, body: await body(asked) };
  };
}

function isUnbounded({ role, targets, namespaces }: Role): boolean {
  return SEE.includes(role) && targets === undefined && namespaces === undefined;
}

/** Observed rules stand in the whole set alone. */
function allRules(rules: RuleSet): readonly Rule[] {
  const { rules: enforced, whole } = partsOf(rules);
  return (whole === undefined ? enforced : partsOf(whole).rules).map(({ rule }) => rule);
}

function ruleView(rule: Rule, use: RuleUse | undefined, shown: (path: string) => string): RuleView {
  const { namespaces } = rule;
  return {
    id: rule.id,
    effect: rule.effect,
    isObserved: rule.observed === true,
    file: shown(rule.source.file),
    line: rule.source.line,
    reason: rule.reason,
    callers: rule.callers.map(callerWords),
    targets: [...rule.targets],
    verbs: [...rule.verbs],
    apiGroups: [...rule.apiGroups],
    resources: [
      ...rule.resources,
      ...rule.powers.filter((power) => !rule.resources.some((each) => each.endsWith(power))),
    ],
    resourceNames: [...rule.resourceNames],
    nonResourceURLs: [...rule.nonResourceURLs],
    ...(namespaces === undefined
      ? {}
      : { namespaces: namespaces.map((match) => ('name' in match ? match.name : selectorText(match))) }),
    conditions: [...conditionTexts(rule)],
    gives: [...grantTexts(rule)],
    uses: use?.uses ?? 0,
    ...(use === undefined ? {} : { lastAt: instant(use.lastAt) }),
  };
}

function callerWords({ subjects, groups, issuers, labels, kind }: CallerMatch): string {
  const parts = [
    ...(kind === undefined ? [] : [kind === 'person' ? 'a person' : 'a program']),
    ...(subjects === undefined ? [] : [subjects.join(' or ')]),
    ...(groups === undefined ? [] : [`in ${groups.join(' or ')}`]),
    ...(issuers === undefined ? [] : [`of ${issuers.join(' or ')}`]),
    ...Object.entries(labels ?? {}).map(([key, value]) => `labelled ${key}=${value}`),
  ];
  return parts.length === 0 ? 'everyone' : parts.join(', ');
}
