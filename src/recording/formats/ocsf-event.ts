/*
 * The frame of an OCSF event. The numbers are of OCSF 1.8.0; what OCSF has no attribute for stands under `unmapped`, in the journal's own names.
 *
 * Source: https://schema.ocsf.io/1.8.0
 */
import type { Event } from '../event.ts';
import type { ExportedRecord } from './exported.ts';

/** Where in the journal an event stands. */
export interface PlaceInJournal {
  readonly seq: number;
  readonly hash: string;
  readonly gateway: string;
}

/** A class of OCSF, in its category. */
export interface OcsfClass {
  readonly uid: number;
  readonly name: string;
  readonly category: string;
  /** By `activity_id`. */
  readonly activities: Readonly<Record<number, string>>;
}

/** What differs from event to event. */
export interface OcsfSaid {
  readonly activity: number;
  readonly severity: 1 | 2 | 3 | 4;
  /** Undefined: nobody knows. */
  readonly isSuccess: boolean | undefined;
  readonly message: string;
  readonly profiles?: readonly string[];
  /** What it belongs to: a session, a question. */
  readonly correlation?: string | undefined;
  /** The class's own attributes. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly unmapped?: Readonly<Record<string, unknown>>;
}

const SEVERITIES = { 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High' } as const;

/** An event in OCSF's frame, in one line. */
export function ocsfEvent(
  event: Event,
  { seq, hash, gateway }: PlaceInJournal,
  { uid, name, category, activities }: OcsfClass,
  { activity, severity, isSuccess, message, profiles = [], correlation, attributes, unmapped }: OcsfSaid,
): ExportedRecord {
  const activityName = activities[activity] ?? 'Other';
  const status = isSuccess === undefined ? 0 : isSuccess ? 1 : 2;
  const value = {
    activity_id: activity,
    activity_name: activityName,
    category_name: category,
    category_uid: Math.floor(uid / 1_000),
    class_name: name,
    class_uid: uid,
    type_name: `${name}: ${activityName}`,
    type_uid: uid * 100 + activity,
    time: event.at,
    severity_id: severity,
    severity: SEVERITIES[severity],
    status_id: status,
    status: ['Unknown', 'Success', 'Failure'][status],
    message,
    metadata: {
      version: '1.8.0',
      product: { name: 'Sallyport', vendor_name: 'Sallyport' },
      // Whoever is sent the same twice can tell: a line of a chain is never another.
      uid: hash,
      sequence: seq,
      log_name: 'journal',
      log_provider: gateway,
      event_code: event.type,
      ...(profiles.length === 0 ? {} : { profiles }),
      ...(correlation === undefined ? {} : { correlation_uid: correlation }),
    },
    ...attributes,
    ...(unmapped === undefined ? {} : { unmapped }),
  };
  return { seq, at: event.at, type: event.type, isNotable: severity > 1, text: JSON.stringify(value) };
}

/** A caller, as OCSF has users. */
export function ocsfUser(caller: {
  readonly subject: string;
  readonly issuer: string;
  readonly kind?: 'autonomous' | 'person';
  readonly groups?: readonly string[];
}) {
  const { subject, issuer, kind, groups = [] } = caller;
  return {
    name: subject,
    uid: subject,
    domain: issuer,
    ...(kind === 'person' ? { type_id: 1, type: 'User' } : kind === undefined ? {} : { type_id: 4, type: 'Service' }),
    ...(groups.length === 0 ? {} : { groups: groups.map((group) => ({ name: group })) }),
  };
}
