import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { type Saying, sendAnswer } from '../approval/use-answer.ts';
import { texts } from '../words/texts.ts';

/** Answers many questions, each by the digest of what is shown of it; says how many answers were taken. */
export function useBurstAnswer() {
  const client = useQueryClient();
  const [outcome, setOutcome] = useState('');
  const [isSending, setSending] = useState(false);
  const send = async (questions: readonly ApprovalView[], said: Saying, reason: string) => {
    setSending(true);
    let failed = 0;
    // One after the other: a browser signs one answer at a time.
    for (const question of questions) await sendAnswer(question, said, reason).catch(() => failed++);
    setSending(false);
    setOutcome(texts.answer.burstDone(questions.length - failed, failed));
    await client.invalidateQueries({ queryKey: ['approvals'] });
  };
  return { outcome, isSending, send };
}
