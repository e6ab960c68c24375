import type { Caller } from './caller.ts';

/** Whether a token is a program's to which somebody has delegated: one that the gateway gave, or one of an issuer's that says who acts (`act`). What is a person's own is not its. */
export function actsForAnother({ issued, actors }: Pick<Caller, 'issued' | 'actors'>): boolean {
  return issued !== undefined || actors !== undefined;
}
