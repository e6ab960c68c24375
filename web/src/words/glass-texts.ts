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
};
