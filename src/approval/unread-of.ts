import type { ShownRequest, Unread } from '../model/shown.ts';
import { riskOf } from './risk-of.ts';

/** What who asks is shown, of what was known before anything was looked up. */
export function unreadOf({ risks, missing }: Pick<ShownRequest, 'risks' | 'missing'>): Unread {
  const known = { risks, missing: [...missing, UNREAD] };
  return { risk: riskOf(known), ...known };
}

const UNREAD = 'what it would do: policy does not let you read all of that yourself; who answers is shown it';
