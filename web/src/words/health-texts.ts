/* The texts of how the gateway is. */
export const healthTexts = {
  gateway: 'This gateway',
  version: 'Version',
  storeFails: 'The store does not answer: grants, approvals and issued tokens count as ended, standing rules go on.',
  states: { ok: 'well', warning: 'look at it', failed: 'not well', unknown: 'not known' },
  reasons: 'Why it serves nothing',
  unsafe: 'Open under “unsafe”',
  warnings: 'What it warns of',
  parts: {
    journal: 'Journal',
    index: 'Index of sessions',
    store: 'Store',
    policy: 'Policy',
    certificate: 'Its certificate',
    issuer: 'Issuer',
    notices: 'Notices',
    receiver: 'Receiver of the journal',
  },
  partStates: { ok: 'well', warning: 'look at it', failed: 'not well', unknown: 'not needed yet' },
  worker: (number: number) => `at worker ${number}`,
};
