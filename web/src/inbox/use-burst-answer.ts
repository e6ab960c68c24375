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
    const answers = await Promise.allSettled(questions.map((question) => sendAnswer(question, said, reason)));
    const failed = answers.filter(({ status }) => status === 'rejected').length;
    setSending(false);
    setOutcome(texts.answer.burstDone(answers.length - failed, failed));
    await client.invalidateQueries({ queryKey: ['approvals'] });
  };
  return { outcome, isSending, send };
}
