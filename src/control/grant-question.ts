import type { Approval } from '../approval/approval.ts';
import { newApproval } from '../approval/new-approval.ts';
import type { Asked } from '../grant/ask.ts';
import type { Grant } from '../grant/grant.ts';
import { actorWords } from '../model/actor-words.ts';
import type { Caller } from '../model/caller.ts';
import { counted } from '../std/counted.ts';
import { durationText } from '../std/duration.ts';
import { partyOf, seatsOf } from './seats.ts';

/** The question whether a grant is given; it has the grant’s own id. */
export function grantQuestion(grant: Grant, caller: Caller, asks: Asked['asks']): Approval {
  const scopes = grant.parts.map(({ scope }) => scope);
  const namespaces = new Set(scopes.flatMap((scope) => (scope.namespaces.length === 0 ? [''] : scope.namespaces)));
  const targets = new Set(scopes.map(({ target }) => target));
  const [namespace = ''] = namespaces;
  const bounds = [
    `for ${durationText(grant.forMs)} from the yes`,
    grant.usesMax === undefined ? 'any number of requests' : `${counted(grant.usesMax, 'request')}`,
    ...(grant.run === undefined ? [] : ['the run that asks alone']),
    ...(grant.actors === undefined ? [] : [`who asks it for \`${caller.subject}\` alone`]),
  ];
  return newApproval({
    id: grant.id,
    request: grant.id,
    asker: partyOf(caller),
    target: [...targets].join(', '),
    namespace: namespaces.size === 1 ? namespace : '',
    ...(targets.size + namespaces.size === 2
      ? {}
      : { places: { targets: [...targets], namespaces: [...namespaces].filter((name) => name !== '') } }),
    // A label of a namespace names nobody here; the loader has refused it.
    seats: seatsOf(asks, null),
    shown: {
      operation: `be granted ${scopes.map(words).join('; ')}`,
      asked: bounds.join(', '),
      risk: 'raised',
      risks: [
        ...(caller.actors ?? []).map((actor) => `${actorWords(actor)} asks it in the name of \`${caller.subject}\``),
        'standing permission until it ends: each request of it runs without being asked about',
        ...(scopes.some(({ unmask }) => unmask === true)
          ? ['values that are masked for others are shown to who asks']
          : []),
      ],
      body: JSON.stringify(scopes, null, 2),
      mayDiffer: [],
      missing: [],
      reason: grant.reason,
    },
    askedAt: grant.askedAt,
    closesAt: grant.closesAt ?? grant.askedAt,
    claimForMs: grant.forMs,
    grant: grant.id,
  });
}

function words({
  verbs,
  resources,
  namespaces,
  resourceNames,
  target,
  unmask,
}: Grant['parts'][number]['scope']): string {
  const names = resourceNames.length === 0 ? '' : ` ${resourceNames.map((name) => `\`${name}\``).join(', ')}`;
  const where = namespaces.length === 0 ? '' : ` in namespace ${namespaces.map((name) => `\`${name}\``).join(', ')}`;
  return `${verbs.join(', ')} ${resources.join(', ')}${names}${where} on \`${target}\`${unmask === true ? ', unmasked' : ''}`;
}
