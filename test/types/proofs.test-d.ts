/*
 * Proofs that are types: what must not compile, does not. `npm run check` runs the compiler over this file, and an expected error that does not occur is one.
 */
import { listOf, printableJson } from '../../src/cli/escape-control.ts';
import type { Connector, Probe } from '../../src/connectors/connector.ts';
import type { Permit } from '../../src/model/permit.ts';
import type { Answer, MaskedReply, Reply } from '../../src/model/reply.ts';
import type { Request } from '../../src/model/request.ts';
import type { Gateway } from '../../src/pipeline/gateway.ts';
import type { Judged } from '../../src/pipeline/judge.ts';
import { mask } from '../../src/pipeline/mask.ts';
import type { Recording } from '../../src/pipeline/recording.ts';
import type { RuleSet } from '../../src/policy/rule-set.ts';

declare const connector: Connector;
declare const judged: Judged;
declare const permit: Permit;
declare const reply: Reply;
declare const request: Request;
declare const recording: Recording;
declare const signal: AbortSignal;

/** A permit cannot be written down, copied together or made of an allow; only `settle` has one. */
export function permits(): void {
  const { caller, operation } = judged;
  // @ts-expect-error a permit that is written down is none
  const written: Permit = { caller, request, operation, decision: { effect: 'allow', rule: 'r' } };
  // @ts-expect-error what was judged is not yet permitted
  const early: Permit = judged;
  // @ts-expect-error a request cannot be forwarded without a permit
  void connector.forward(request, signal);
  // @ts-expect-error nor can it be sent beside one
  void connector.forward(permit, request, signal);
  void [written, early];
}

/** A reply that is not masked can be neither returned nor recorded; and only a permitted one can be masked. */
export function maskedReplies(): void {
  // @ts-expect-error what upstream sent is no answer
  const answer: Answer = reply;
  // @ts-expect-error a masked reply that is written down is none
  const written: MaskedReply = { kind: 'unary', status: 200, headers: [], body: reply.body };
  // @ts-expect-error what is not masked is not recorded
  recording.replied(reply);
  // @ts-expect-error nothing is masked without its permit
  mask(request, reply);
  void [answer, written];
}

/** A probe reads; it is no way to forward. Rules come compiled, from `compileRules` alone. */
export function others(gateway: Gateway, probe: Probe): void {
  // @ts-expect-error a probe cannot forward
  void probe.forward;
  // @ts-expect-error the data path has no way to storage
  void gateway.journal;
  // @ts-expect-error rules that are written down are no rule set
  const rules: RuleSet = { rules: [] };
  void rules;
}

/** A command prints a list with what says whether it is whole. */
export function lists(): void {
  printableJson(listOf([1]));
  // @ts-expect-error a bare list says nothing of what was left out
  printableJson([1]);
}
