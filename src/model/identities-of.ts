import type { Caller } from './caller.ts';

/** The names by which a caller is stopped: its own, that of the person behind it, and those of who acts for it. */
export function identitiesOf({
  subject,
  person,
  actors = [],
}: Pick<Caller, 'subject' | 'person' | 'actors'>): readonly string[] {
  return [subject, ...(person === undefined ? [] : [person]), ...actors.filter((actor) => actor !== '')];
}
