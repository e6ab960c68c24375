import { span } from './duration.ts';

/** The texts of going through alone. */
export const glassTexts = {
  title: 'Nobody answers, and it cannot wait?',
  lead: 'The rules let you go through alone with this one request (break glass).',
  marks: [
    'It runs once, and only within two minutes of your second press.',
    'Those who would have answered are told at once, with your reason.',
    'It is marked with your name for ever: here, in the journal, in every report.',
  ],
  open: 'Go through alone…',
  reason: 'Why it cannot wait for anybody else',
  reasonHint: 'Ten characters or more, such as the incident’s number. It is kept, and others read it.',
  act: (what: string) => `Break the glass: ${what}`,
  sure: (what: string) => `Press again: ${what}, by you alone`,
  sending: 'Sending…',
  leave: 'Back',
  stale: (agoMs: number | undefined, withinMs: number) =>
    `${agoMs === undefined ? 'Your identity provider does not say when you signed in' : `You signed in ${span(agoMs)} ago`}; this wants a sign-in of the last ${span(withinMs)}.`,
  signIn: 'Sign in again, and come back here',
};
