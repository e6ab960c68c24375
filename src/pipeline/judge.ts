/*
 * Policy's answer to a request. Where an allow comes with edits, they are made and the edited request is parsed and judged again, as if it had come so:
 * what is permitted is always what was judged last, byte for byte. Where the last answer hangs on the live object, the request is held to the version of it
 * that was judged; that edit alone is not judged again, since it can only keep the request from being done.
 */
import type { Connector, StoredObject } from '../connectors/connector.ts';
import type { Amendment } from '../model/amendment.ts';
import type { Caller } from '../model/caller.ts';
import type { AllowDecision, Decision } from '../model/decision.ts';
import type { Observed } from '../model/observed.ts';
import type { JsonObject, Operation } from '../model/operation.ts';
import type { RestoredBody } from '../model/permit.ts';
import type { Precondition } from '../model/precondition.ts';
import { Refusal } from '../model/refusal.ts';
import type { Request } from '../model/request.ts';
import { assert } from '../std/assert.ts';

/** A request, read. */
export interface Asked {
  readonly caller: Caller;
  readonly request: Request;
  readonly operation: Operation;
}

/** A request and what policy answers to just that request. */
export interface Judged extends Asked {
  readonly decision: Decision;
  /** The rule whose edits were made, and the operation as it was before them. */
  readonly amended: { readonly rule: string; readonly before: Operation } | undefined;
  /** What the request was held to. */
  readonly precondition: Precondition | undefined;
  /** What is sent in place of the body, where masks in it are put back. */
  readonly restored?: RestoredBody;
  /** The object as its caller read it for this, where one was: the request is held to that version of it. */
  readonly before?: StoredObject;
  /** What the whole policy would have answered, where some of it is only observed and that is another. */
  readonly shadow?: Observed;
}

/** What policy answers, and the states of the operation's object that it would not have allowed it without. */
export interface Answered {
  readonly decision: Decision;
  /** What the whole policy would have answered, where that is another; absent where nothing is only observed. */
  readonly shadow?: Observed;
  readonly hangsOn: readonly (JsonObject | null)[];
}

/** Asks policy about an operation. */
export type Ask = (operation: Operation) => Promise<Answered>;

/** Edits that a person makes with their yes. */
export interface Edits {
  /** What they are told as. */
  readonly by: string;
  readonly amend: readonly Amendment[];
}

/** Limit: rules whose edits meet in one request; more than these are taken to undo each other without end. */
const ROUNDS_MAX = 4;

/**
 * The answer, after all edits that it asks for; `edits` are made before it is asked at all.
 *
 * @throws {Refusal} DENIED_BY_RULE rules amend the request in turn without end; what `amend`, `parse` and `pin` refuse
 */
export async function judge(connector: Connector, ask: Ask, asked: Asked, edits?: Edits): Promise<Judged> {
  const made = new Set(edits === undefined ? [] : [edits.by]);
  let current: Asked = edits === undefined ? asked : await amend(connector, asked, edits);
  let shadow: Observed | undefined;
  for (let round = 0; round <= ROUNDS_MAX; round++) {
    const { decision, hangsOn, shadow: own } = await ask(current.operation);
    shadow = own ?? shadow;
    const amended = made.size === 0 ? undefined : { rule: [...made].join(', '), before: asked.operation };
    if (decision.effect !== 'allow' || decision.amend === undefined || made.has(decision.rule))
      return {
        ...(await pin(connector, current, hangsOn)),
        decision,
        amended,
        ...(shadow === undefined ? {} : { shadow }),
      };
    made.add(decision.rule);
    current = await amend(connector, current, decision);
  }
  throw new Refusal(
    'DENIED_BY_RULE',
    `rules ${[...made].map((rule) => `\`${rule}\``).join(', ')} amend the request in turn without end`,
  );
}

async function pin(
  connector: Connector,
  asked: Asked,
  hangsOn: Answered['hangsOn'],
): Promise<Asked & Pick<Judged, 'precondition'>> {
  const pinned = hangsOn.length === 0 ? undefined : await connector.pin(asked.request, asked.operation, hangsOn);
  return { ...asked, precondition: undefined, ...pinned };
}

async function amend(
  connector: Connector,
  { caller, request, operation }: Asked,
  { amend: edits = [] }: Pick<AllowDecision, 'amend'>,
): Promise<Asked> {
  const edited = await connector.amend(request, operation, edits);
  const after = await connector.parse(edited);
  // Invariant: an edit changes what is asked of an object, never which object or verb.
  for (const field of [
    'verb',
    'apiGroup',
    'apiVersion',
    'resource',
    'subresource',
    'namespace',
    'name',
    'path',
  ] as const) {
    assert(after[field] === operation[field], `an edit changed ${field}`);
  }
  return { caller, request: edited, operation: after };
}
