/* The texts of what is found when a target is looked at. */
export const targetTexts = {
  look: 'Look at it now',
  looking: 'Looking…',
  again: 'Look again',
  hint: 'Look at a target to see whether it is reached and is what it says, when its credentials end, and whether they may what they need and no more. Nothing is changed.',
  at: 'looked at',
  checks: {
    reach: 'Reached',
    certificate: 'Its certificate',
    clock: 'Its clock',
    credential: 'Our credential',
    impersonation: 'It acts as the caller',
    rights: 'Rights it needs',
    reader: 'The reader’s credential',
    'reader-rights': 'The reader’s rights',
  },
  states: { ok: 'well', warning: 'look at it', failed: 'not well', unknown: 'not known' },
  notices: { title: 'Notices that did not arrive', to: 'to', retry: 'Try it again' },
  missing: 'Missing',
  tooMuch: 'Not needed',
};
