import { counted } from '../../std/counted.ts';
import type { DelegationChanged } from '../delegation-changed.ts';
import type { Event } from '../event.ts';
import type { TargetChanged } from '../target-changed.ts';
import type { ExportedRecord } from './exported.ts';
import { type OcsfClass, ocsfEvent, ocsfUser, type PlaceInJournal } from './ocsf-event.ts';

const AUTHENTICATION: OcsfClass = {
  uid: 3002,
  name: 'Authentication',
  category: 'Identity & Access Management',
  activities: { 1: 'Logon', 2: 'Logoff' },
};
const ENTITY_MANAGEMENT: OcsfClass = {
  uid: 3004,
  name: 'Entity Management',
  category: 'Identity & Access Management',
  activities: { 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete' },
};
const USER_ACCESS: OcsfClass = {
  uid: 3005,
  name: 'User Access Management',
  category: 'Identity & Access Management',
  activities: { 1: 'Assign Privileges', 2: 'Revoke Privileges', 99: 'Other' },
};
const DETECTION: OcsfClass = {
  uid: 2004,
  name: 'Detection Finding',
  category: 'Findings',
  activities: { 1: 'Create' },
};
const LIFECYCLE: OcsfClass = {
  uid: 6002,
  name: 'Application Lifecycle',
  category: 'Application Activity',
  activities: { 3: 'Start', 4: 'Stop' },
};
const APP = { name: 'Sallyport', vendor_name: 'Sallyport' };

/** Events that are no exchange; undefined of those that OCSF has no class for. */
export function ocsfOther(event: Event, place: PlaceInJournal): ExportedRecord | undefined {
  switch (event.type) {
    case 'gateway.started':
      return ocsfEvent(event, place, LIFECYCLE, {
        activity: 3,
        severity: event.openGuards.length === 0 && event.observed === undefined ? 1 : 3,
        isSuccess: true,
        message: `gateway ${place.gateway} started`,
        attributes: { app: { ...APP, version: event.version } },
        unmapped: { openGuards: event.openGuards, observed: event.observed },
      });
    case 'gateway.stopped':
      return ocsfEvent(event, place, LIFECYCLE, {
        activity: 4,
        severity: 1,
        isSuccess: true,
        message: `gateway ${place.gateway} stopped: ${event.reason}`,
        attributes: { app: APP },
      });
    case 'login.changed':
      return ocsfEvent(event, place, AUTHENTICATION, {
        activity: event.state === 'live' ? 1 : 2,
        severity: 1,
        isSuccess: true,
        message: `${event.person.subject} ${event.state === 'live' ? 'signed in to' : 'is signed out of'} the console`,
        correlation: event.login,
        attributes: {
          user: ocsfUser({ ...event.person, kind: 'person' }),
          service: { name: 'console' },
          session: { uid: event.login, issuer: event.person.issuer, expiration_time: event.endsAt },
          ...(event.peer === '' ? {} : { src_endpoint: { ip: event.peer } }),
        },
        unmapped: { endedBy: event.endedBy },
      });
    case 'grant.changed':
      return grantEvent(event, place);
    case 'mask.guessed':
    case 'mask.returned':
      return maskEvent(event, place);
    default:
      return entityEvent(event, place);
  }
}

function grantEvent(event: Extract<Event, { type: 'grant.changed' }>, place: PlaceInJournal): ExportedRecord {
  const { grant, state, holder, by, reason, parts, endsAt, endedBy } = event;
  return ocsfEvent(event, place, USER_ACCESS, {
    activity: { live: 1, ended: 2, pending: 99 }[state],
    severity: 1,
    isSuccess: true,
    message: `grant ${grant} of ${holder.subject} is ${state}`,
    correlation: grant,
    attributes: {
      user: ocsfUser(holder),
      privileges: parts.map(({ target, verbs, resources, namespaces }) =>
        [target, verbs.join(','), resources.join(','), namespaces.join(',')].join(' ').trim(),
      ),
      ...(by === '' ? {} : { actor: { user: { name: by } } }),
    },
    unmapped: { state, reason, parts, endsAt, endedBy },
  });
}

function maskEvent(
  event: Extract<Event, { type: 'mask.guessed' | 'mask.returned' }>,
  place: PlaceInJournal,
): ExportedRecord {
  const title =
    event.type === 'mask.guessed'
      ? 'a caller tried values of what is masked for it'
      : 'a mask that is remembered came back from elsewhere';
  const { type: _, at: __, ...unmapped } = event;
  return ocsfEvent(event, place, DETECTION, {
    activity: 1,
    severity: 4,
    isSuccess: undefined,
    message: title,
    correlation: event.exchange,
    attributes: {
      finding_info: { uid: place.hash, title, created_time: event.at },
      ...(event.caller === undefined ? {} : { evidences: [{ actor: { user: ocsfUser(event.caller) } }] }),
    },
    unmapped,
  });
}

function delegationWords({ delegation, state, from, to, rules, endsAt, by, reason }: DelegationChanged) {
  const text = `what ${from.subject} answers is ${state === 'live' ? 'handed to' : 'no longer handed to'} ${to.subject}`;
  const rest = { from, to, rules, endsAt, reason };
  return [state === 'live' ? 1 : 4, { type: 'delegation', uid: delegation }, text, { name: by }, rest] as const;
}

/** What persons, operators and git changed. */
function entityEvent(event: Event, place: PlaceInJournal): ExportedRecord | undefined {
  const said = (
    activity: number,
    entity: { readonly type: string; readonly uid: string },
    message: string,
    by: { readonly name: string; readonly domain?: string } | undefined,
    unmapped: Readonly<Record<string, unknown>>,
    isSuccess = true,
  ) =>
    ocsfEvent(event, place, ENTITY_MANAGEMENT, {
      activity,
      severity: event.type === 'kill.changed' || !isSuccess ? 3 : 1,
      isSuccess,
      message,
      correlation: entity.uid,
      attributes: {
        entity: { name: entity.uid, ...entity },
        ...(by === undefined || by.name === '' ? {} : { actor: { user: by } }),
      },
      unmapped,
    });
  switch (event.type) {
    case 'approval.changed': {
      const { approval, state, asker, operation, target, answer, rules, exchange, grant, digest, said: word } = event;
      const by = answer === undefined ? undefined : { name: answer.subject, domain: answer.issuer };
      const rest = { state, asker, operation, target, answer, rules, exchange, grant, digest, said: word };
      const text = `question ${approval} (${operation} on ${target}) is ${state}`;
      return said(state === 'pending' && by === undefined ? 1 : 3, { type: 'approval', uid: approval }, text, by, rest);
    }
    case 'kill.changed': {
      const { kill, state, what, value, by, reason } = event;
      const text = `${by} ${state === 'live' ? 'stopped' : 'let go on'} ${[what, value].filter(Boolean).join(' ')}`;
      return said(state === 'live' ? 1 : 4, { type: 'kill', uid: kill }, text, { name: by }, { what, value, reason });
    }
    case 'target.changed':
      return said(...targetWords(event));
    case 'token.changed': {
      const { token, state, giver, task, targets, scopes, endsAt, by, endedBy } = event;
      const text = `token ${token} of ${giver.subject} is ${state}`;
      const rest = { giver, task, targets, scopes, endsAt, endedBy };
      return said(state === 'live' ? 1 : 4, { type: 'token', uid: token }, text, { name: by }, rest);
    }
    case 'key.changed': {
      const { key, state, name, owner, by } = event;
      const text = `key ${key} of ${owner.subject} is ${state}`;
      const activity = { enrolled: 1, confirmed: 3, removed: 4 }[state];
      return said(activity, { type: 'key', uid: key }, text, { name: by.subject, domain: by.issuer }, { name, owner });
    }
    case 'delegation.changed':
      return said(...delegationWords(event));
    case 'policy.loaded': {
      const { digest, files, rules } = event;
      return said(3, { type: 'policy', uid: digest }, `policy of ${counted(rules, 'rule')} is in force`, undefined, {
        files,
        rules,
      });
    }
    case 'policy.refused': {
      const text = 'a changed policy was refused as a whole';
      return said(3, { type: 'policy', uid: 'refused' }, text, undefined, { findings: event.findings }, false);
    }
    case 'recording.read': {
      const { exchange, by } = event;
      const text = `${by.subject} read what is kept of exchange ${exchange}`;
      return said(2, { type: 'recording', uid: exchange }, text, { name: by.subject, domain: by.issuer }, {});
    }
    default:
      return undefined;
  }
}

function targetWords(event: TargetChanged) {
  const { target, change, by, issuer, version, server, caSha256, upstreamIdentity, credential, changed, reason } =
    event;
  const activity = { added: 1, replaced: 3, removed: 4 }[change];
  const rest = { version, server, caSha256, upstreamIdentity, credential, changed, reason };
  const entity = { type: 'target', uid: target };
  return [activity, entity, `${by} ${change} target ${target}`, { name: by, domain: issuer }, rest] as const;
}
