import type { Risk, Shown } from '../model/shown.ts';

/** Replicas beyond a half of which, taken away, a workload counts as cut down. */
const CUT_SHARE = 0.5;

/**
 * How dangerous what is shown is. `high`: data or running programs go for good, or rights or a guard's protection are given away; `raised`: some other named fact
 * makes it dangerous, or what it would do is not known whole; `plain`: nothing that is known does.
 */
export function riskOf(
  shown: Pick<Shown, 'risks' | 'missing' | 'losses' | 'volumes' | 'scale' | 'gains' | 'budgets' | 'pod'>,
): Risk {
  const { losses = [], volumes = [], scale, gains = [], budgets = [], pod } = shown;
  const isHigh =
    losses.some(({ running = 0 }) => running > 0) ||
    volumes.some(({ reclaims }) => reclaims !== 'Retain') ||
    gains.length > 0 ||
    (pod?.privileges.length ?? 0) > 0 ||
    (scale !== undefined && scale.to < scale.from * CUT_SHARE) ||
    shown.risks.some((risk) => risk.startsWith('the guard '));
  if (isHigh) return 'high';
  const isRaised =
    shown.risks.length > 0 || shown.missing.length > 0 || losses.length > 0 || budgets.some(({ allows }) => allows < 1);
  return isRaised ? 'raised' : 'plain';
}
