import { basePath } from '../api/base.ts';
import { useSelf } from '../api/use-self.ts';
import buttons from '../looks/buttons.module.css';
import { signInTexts } from '../words/sign-in-texts.ts';
import type { Stale } from './staleness.ts';

const words = signInTexts;

/** That what is wanted here wants a sign-in that is less old, and the way to one that leads back to `to`, a path of the console. */
export function SignInAgain({
  stale,
  withinMs,
  to,
}: {
  readonly stale: Stale;
  readonly withinMs: number;
  readonly to: string;
}) {
  const self = useSelf();
  const query = new URLSearchParams({ issuer: self?.issuer ?? '', to, fresh: 'true' });
  return (
    <>
      <p>{words.stale(stale.agoMs, withinMs)}</p>
      <a className={buttons.quiet} href={`${basePath}/sign-in?${query}`}>
        {words.again}
      </a>
    </>
  );
}
