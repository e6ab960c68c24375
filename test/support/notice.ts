import type { Notice } from '../../src/control/notices/notice.ts';

/** What people are told of a question that waits. */
export const notice: Notice = {
  id: 'n-1',
  kind: 'approval.asked',
  at: 0,
  title: 'ci:dev asks to delete pods `web`',
  facts: ['risk: high'],
  risk: 'high',
  about: 'a-1',
  isOver: false,
  isLast: false,
  path: '/approvals/a-1',
  target: 'demo',
  namespace: 'shop',
};

/** How it is sent. */
export const sending = {
  signal: new AbortController().signal,
  link: 'https://console.test/approvals/a-1',
  thread: undefined,
  nowMs: 0,
};
