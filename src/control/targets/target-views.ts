import { instant } from '../views.ts';
import type { KeptTarget, TargetVersion, ToldSpec } from './kept-target.ts';
import { type LiveTarget, SHADOWED } from './live-targets.ts';
import type { RegisteredTargetView, TargetVersionView } from './target-contract.ts';

/** A target as operators see it: nothing of its credential. */
export function registeredView(kept: KeptTarget, live: LiveTarget | undefined): RegisteredTargetView {
  const { at, by, reason, told } = kept.history.at(-1) as TargetVersion;
  const { name, state, spec, version, credentialAt, credentialEndsAt } = kept;
  const trouble = live?.trouble ?? '';
  return {
    name,
    state: trouble === SHADOWED ? 'shadowed' : state,
    ...specView(told),
    ...(spec.ca === undefined ? {} : { ca: spec.ca }),
    credentialSince: instant(credentialAt),
    ...(credentialEndsAt === undefined ? {} : { credentialEndsAt: instant(credentialEndsAt) }),
    version,
    changedAt: instant(at),
    changedBy: { subject: by.subject, issuer: by.issuer },
    reason,
    ...(trouble === '' || state === 'removed' ? {} : { trouble }),
  };
}

/** One version. */
export function versionView({ version, change, at, by, reason, changed, told }: TargetVersion): TargetVersionView {
  return {
    version,
    change,
    at: instant(at),
    by: { subject: by.subject, issuer: by.issuer },
    reason,
    changed: [...changed],
    ...specView(told),
  };
}

function specView({ podSecrets, ...told }: ToldSpec) {
  return { ...told, ...(podSecrets === undefined ? {} : { podSecrets: [...podSecrets] }) };
}
