/*
 * What a person is shown of a held request: the operation in words, all of what is sent, and facts that make it dangerous. Secret values are masked whoever asks
 * or answers, under nobody's `unmask`. What the caller itself says of it stands apart, as a quotation.
 *
 * T78: all of it is shown, or it is not asked about.
 */

import { riskOf } from '../approval/risk-of.ts';
import type { Asking } from '../connectors/connector.ts';
import { maskedText, maskedWords } from '../masking/text/masked-text.ts';
import { actorWords } from '../model/actor-words.ts';
import type { Caller } from '../model/caller.ts';
import type { HoldDecision } from '../model/decision.ts';
import type { JsonObject, Operation } from '../model/operation.ts';
import type { Shown } from '../model/shown.ts';
import { type Release, releaseIn } from '../release/release.ts';
import { describe } from './describe.ts';
import { unshowable } from './held-refusals.ts';
import { pendingIn, writesRecord } from './held-release.ts';
import type { Judged } from './judge.ts';
import { maskedBody } from './masked-body.ts';
import { keptDetection, type Masking } from './masking.ts';

/** Limit: so many characters of one question are kept and shown. */
export const SHOWN_CHARACTERS_MAX = 160 * 1024;

interface Held extends Judged {
  readonly decision: HoldDecision;
}

/** @throws {Refusal} HOLD_UNSUPPORTED it cannot be shown whole */
export function showHeld(masking: Masking, held: Held, asking: Asking, undo?: string): Shown {
  const { caller, request, operation, decision } = held;
  const release = releaseOf(held);
  // T78: what is packed shows nothing to anybody.
  const body = writesRecord(operation) ? releaseText(masking, held) : bodyOf(masking, held);
  const detection = keptDetection(masking, held);
  const masked = (text: string) => maskedText(text, detection);
  const argv = operation.stream?.argv ?? [];
  const [risks, missing] = [[...actingRisks(caller), ...risksOf(operation, decision), ...releaseRisks(release)], []];
  const shown: Shown = {
    operation: masked(release === undefined ? describe(operation) : beginning(release)),
    asked: `${request.method} ${masked(operation.path)}${queryOf(operation, masked)}`,
    risk: riskOf({ risks, missing }),
    risks,
    ...(argv.length === 0 ? {} : { argv: maskedWords(argv, detection) }),
    ...(body === undefined ? {} : { body }),
    mayDiffer: asking.mayDiffer,
    ...(undo === undefined ? {} : { undo }),
    missing,
    ...(caller.issued === undefined ? {} : { task: masked(caller.issued.task) }),
    reason: masked(operation.claimed?.command ?? ''),
  };
  const { length } = JSON.stringify(shown);
  if (length > SHOWN_CHARACTERS_MAX)
    throw unshowable(held, `it has ${length} characters, and ${SHOWN_CHARACTERS_MAX} can be shown`);
  return shown;
}

function bodyOf(masking: Masking, held: Held): string | undefined {
  const { caller, operation, request } = held;
  if (operation.body === undefined || operation.body.bytes.length === 0) return undefined;
  const document = maskedBody(masking, caller, operation, request.id);
  if (document === undefined) throw unshowable(held, 'its body cannot be read as a document');
  return JSON.stringify(document, null, 2);
}

/** The release that the request begins, where the rules ask about it as a whole. */
function releaseOf(held: Held): Release | undefined {
  const { operation, decision } = held;
  if (!decision.holds.every(({ intent }) => intent === 'helm')) return undefined;
  const release = pendingIn(operation);
  if (release === undefined && operation.verb === 'create' && writesRecord(operation))
    throw unshowable(held, 'the record of its release cannot be read, is of no pending revision, or is too long');
  return release;
}

/** What its record says: what is in it is packed, and nobody could read it. */
function releaseText(masking: Masking, held: Held): string {
  const { caller, operation, request } = held;
  const isWhole = operation.body?.patch === undefined || operation.body.patch.type === 'apply';
  const document = isWhole ? maskedBody(masking, caller, operation, request.id) : undefined;
  const shown = document === undefined ? undefined : releaseIn(document as JsonObject);
  if (shown === undefined)
    throw unshowable(held, 'the record of its release cannot be read, is a part of one, or is too long');
  const { config = null } = shown.content as JsonObject;
  return [
    `# ${releaseWords(shown)}: ${shown.status}`,
    shown.manifest.trim(),
    ...shown.hooks.map(({ events, manifest }) => `--- # hook: ${events.join(', ')}\n${manifest.trim()}`),
    `--- # values that were given\n${JSON.stringify(config, null, 2)}`,
  ].join('\n');
}

function beginning(release: Release): string {
  return `${release.status.replace('pending-', '')} ${releaseWords(release)}`;
}

function releaseWords({ name, namespace, revision, chart }: Release): string {
  return `release \`${name}\` in namespace \`${namespace}\` to revision ${revision}, chart \`${chart}\``;
}

/** Kinds by which a chart changes who may do what, or what the whole cluster takes. */
const REACHING =
  /^(?:Cluster)?Role(?:Binding)?$|WebhookConfiguration$|AdmissionPolic|^CustomResourceDefinition$|^APIService$|^Namespace$/;

function releaseRisks(release: Release | undefined): readonly string[] {
  if (release === undefined) return [];
  const { objects, hooks } = release;
  const kinds = new Set([...objects, ...hooks.map(({ object }) => object)].map(({ kind }) => String(kind)));
  return [
    `one yes for all that it says: ${objects.length} objects and ${hooks.length} hooks`,
    ...[...kinds].filter((kind) => REACHING.test(kind)).map((kind) => `its chart brings a ${kind}`),
  ];
}

/** T78: in whose name it is asked is not who asks it. */
function actingRisks({ subject, actors = [] }: Caller): readonly string[] {
  return actors.length === 0
    ? []
    : [`${actors.map(actorWords).join(', behind it ')} asks it in the name of \`${subject}\``];
}

/** A value is masked behind its key, which may tell: behind a proxy it is an application's. A command is shown by itself. */
function queryOf({ query, stream }: Operation, masked: (text: string) => string): string {
  const shown = [...query].flatMap(([key, values]) =>
    key === 'command' && stream !== undefined ? [] : values.map((value) => masked(`${key}=${value}`)),
  );
  return shown.length === 0 ? '' : `?${shown.join('&')}`;
}

const POWER_WORDS: Partial<Record<NonNullable<Operation['power']>, string>> = {
  exec: 'runs a program in a running container',
  attach: 'attaches to the program of a running container',
  portforward: 'opens ports of a pod',
  ephemeralcontainers: 'puts a container into a running pod',
  'nodes-proxy': 'reaches the kubelet of a node',
};

function risksOf(operation: Operation, { lifts = [] }: HoldDecision): readonly string[] {
  const { verb, power, options, equals, stream } = operation;
  const power_ = power === undefined ? undefined : POWER_WORDS[power];
  return [
    ...lifts.map((guard) => `the guard \`${guard}\` would stop it; a yes lifts it for this request`),
    ...(verb === 'deletecollection' ? ['deletes all that its selector finds'] : []),
    ...(equals.length === 0 ? [] : [`amounts to a delete (${equals.join(', ')})`]),
    ...(power_ === undefined ? [] : [power_]),
    ...(stream?.isTty === true && stream.isStdin ? ['interactive: what is typed then is not shown here'] : []),
    ...(options.force === true ? ['takes fields over from others (`force`)'] : []),
    ...(options.gracePeriodSeconds === 0 ? ['ends pods without a grace period'] : []),
    ...(options.propagationPolicy === 'Orphan' ? ['leaves what it owns behind, without an owner'] : []),
    ...(options.isDryRun ? ['a dry run: nothing is stored'] : []),
  ];
}
