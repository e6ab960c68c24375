import { span } from './duration.ts';

/** The texts where something wants a sign-in that is less old. */
export const signInTexts = {
  stale: (agoMs: number | undefined, withinMs: number) =>
    `${agoMs === undefined ? 'Your identity provider does not say when you signed in' : `You signed in ${span(agoMs)} ago`}; this wants a sign-in of the last ${span(withinMs)}.`,
  again: 'Sign in again, and come back here',
};
