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

/** How a question stands; a yes that nobody else gave is never shown as any other. */
export function StateTag({ approval: { state, answers } }: { readonly approval: ApprovalView }) {
  if (answers.some(({ isBreakGlass }) => isBreakGlass === true))
    return (
      <Tag meaning="no">
        <Icon name="warn" />
        {texts.states.glassBroken}
      </Tag>
    );
  return <Tag meaning={STATES[state]}>{texts.states[state]}</Tag>;
}
