import { CONTROL_LIMITS } from './answer.ts';
import type { Identified } from './sign-in/identify.ts';

/**
 * T60: what is answered over a longer time ends with what its caller was let in by: their token or session, and the roles that they had. Calls `over`, once, as soon as one of
 * these is seen to be gone, until the returned function is called. Security: what cannot be looked at counts as gone.
 */
export function whileAdmitted({ isStill, onEnd }: Pick<Identified, 'isStill' | 'onEnd'>, over: () => void): () => void {
  let isOver = false;
  let isLooking = false;
  let forget = () => {};
  const stop = () => {
    isOver = true;
    clearInterval(timer);
    forget();
  };
  const end = () => {
    if (isOver) return;
    stop();
    over();
  };
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    const isAdmitted = await isStill().catch(() => false);
    isLooking = false;
    if (!isAdmitted) end();
  };
  const timer = setInterval(() => void look(), CONTROL_LIMITS.admittedLookMs).unref();
  forget = onEnd(end);
  return stop;
}
