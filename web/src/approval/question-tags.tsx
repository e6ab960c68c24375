import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { Icon } from '../looks/icon.tsx';
import { type Meaning, Tag } from '../looks/tag.tsx';
import { texts } from '../words/texts.ts';
import type { Risk } from './risk.ts';

const RISKS: Readonly<Record<Risk, Meaning>> = { high: 'no', raised: 'ask', plain: 'over' };
const STATES: Readonly<Record<ApprovalView['state'], Meaning>> = {
  pending: 'ask',
  approved: 'ok',
  rejected: 'no',
  expired: 'over',
  withdrawn: 'over',
};

export function RiskTag({ approval }: { readonly approval: ApprovalView }) {
  const risk = approval.shown.risk;
  return (
    <Tag meaning={RISKS[risk]}>
      {risk !== 'plain' && <Icon name="warn" />}
      {texts.risk[risk]}
    </Tag>
  );
}

export function StateTag({ approval: { state } }: { readonly approval: ApprovalView }) {
  return <Tag meaning={STATES[state]}>{texts.states[state]}</Tag>;
}
