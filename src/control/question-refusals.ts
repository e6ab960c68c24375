import type { Approval, NotTaken } from '../approval/approval.ts';
import { Refusal } from '../model/refusal.ts';
import type { RefusalCode } from '../model/refusal-codes.ts';

/** Why an answer is not taken, to who gave it. */
export function notTaken(why: NotTaken, { id, state }: Pick<Approval, 'id' | 'state'>): Refusal {
  const [code, message, advice] = WORDS[why];
  return new Refusal(code, `${message}: approval \`${id}\` is ${state}`, { advice });
}

const WORDS: Readonly<Record<NotTaken, readonly [RefusalCode, string, string]>> = {
  closed: ['ANSWER_LATE', 'the question is closed', 'look at what became of it'],
  looking: [
    'ANSWER_EARLY',
    'what it would do is still being looked up, for some seconds',
    'look at it again, and answer what you then see',
  ],
  twice: ['ANSWER_LATE', 'you have answered it, and one person counts once', 'let another approver answer'],
  changed: [
    'VERSION_CHANGED',
    'the answer is to something else than what is asked',
    'look at it again, and answer what you then see',
  ],
  machine: ['ANSWER_REFUSED', 'only a person answers', 'use the token of an issuer whose `kind` is `person`'],
  own: [
    'ANSWER_REFUSED',
    'nobody answers their own question, nor one that another identity of theirs asks',
    'let somebody else answer',
  ],
  rest: [
    'ANSWER_REFUSED',
    'a yes to the rest of its command is not offered, or not for so much',
    'say yes to this request alone, or stay within what it shows',
  ],
  narrow: [
    'ANSWER_REFUSED',
    'only the first yes to a request can leave less of it',
    'say yes to it as it is shown, or no',
  ],
  'narrow-rest': [
    'ANSWER_REFUSED',
    'a yes that leaves less of a request says nothing of the rest of its command, which would run whole',
    'say yes to less of this request alone, or to it and the rest as they are',
  ],
  'signed-before': [
    'ANSWER_REFUSED',
    'a yes to it was signed by a key that no longer counts, so this one gives nothing',
    'say no to it, and let it be asked anew',
  ],
  'stopped-before': [
    'ANSWER_REFUSED',
    'an operator has stopped somebody who has said yes to it, so this one gives nothing',
    'say no to it, and let it be asked anew',
  ],
  unsigned: [
    'ANSWER_REFUSED',
    'the rule wants a yes that is signed by a key of yours, and none that counts here has signed it',
    'answer it in the console, with your key; a key is enrolled there, or listed in the policy file',
  ],
  stale: [
    'ANSWER_REFUSED',
    'it wants somebody who has signed in lately, and your token does not say that you have (`auth_time`)',
    'sign in anew, in the console or by `sallyport login`, and answer then',
  ],
  'no-glass': [
    'ANSWER_REFUSED',
    'you do not go through this alone: who asks does, as a person, with a request of their own, where every rule that waits names them under `breakGlass`',
    'ask one of those who may answer it',
  ],
  'no-reason': ['ANSWER_REFUSED', 'whoever goes through alone says why, in ten characters or more', 'give a reason'],
  'not-seated': ['ANSWER_REFUSED', 'the rule that asks does not name you', 'ask one of those whom it names'],
};

/** The yes is not there to take. */
export function notThere(id: string): Refusal {
  return new Refusal('HOLD_EXPIRED', `the yes of approval \`${id}\` is used, or its time is over; nothing was done`, {
    advice: 'run it again to ask anew',
    approval: id,
  });
}

/** T80: the same request was forwarded after a yes, and nobody knows what became of it. */
export function mayHaveRun({ id }: Approval, look: string): Refusal {
  return new Refusal(
    'REPEATED_UNKNOWN',
    `the same request was forwarded after approval \`${id}\` and may have run, so it is not asked about again yet`,
    { advice: `${look}; before you repeat it, change something of it (a label, an argument), or wait`, approval: id },
  );
}
