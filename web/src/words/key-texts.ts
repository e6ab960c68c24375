/* The texts of the page of keys. */
export const keyTexts = {
  title: 'Keys',
  lead: 'With a key of yours (a finger, a PIN, a token) you sign a yes where a rule wants that, over all that you were shown.',
  emptyTitle: 'You have no key',
  emptyText:
    'Rules with `signed: true` take a yes with a key alone. One that is listed in the policy file counts at once; one that is enrolled counts where the rule says `enrolled: true`.',
  name: 'What do you call it?',
  nameHint: 'Such as “laptop” or “blue token”.',
  enrol: 'Enrol a key',
  waiting: 'Your browser asks you…',
  others: 'Keys of others',
  counts: 'counts',
  waits: 'does not count yet',
  enrolled: 'enrolled',
  countsFrom: 'counts from',
  confirmedBy: (who: string) => `confirmed by ${who}`,
  lineHint: 'For the policy file, under `approvers[].keys` of who it belongs to:',
  confirm: 'It is theirs: let it count now',
  remove: 'Remove',
  removeSure: 'Press again to remove',
};
