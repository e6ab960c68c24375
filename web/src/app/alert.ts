/* A new question told where the reader may not be looking: by the browser's notification, and a sound, where they are set. */
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { visible } from '../words/visible.ts';
import { isSet } from './settings.ts';

/** Tells a question that waits for the reader. */
export function alertOf({ id, mayAnswer, shown, asker, target }: ApprovalView): void {
  if (!mayAnswer) return;
  if (isSet('sound')) sound();
  if (!isSet('notify') || !('Notification' in window) || Notification.permission !== 'granted' || document.hasFocus())
    return;
  const plain = (text: string) =>
    visible(text)
      .map((run) => run.text)
      .join('');
  const notification = new Notification(plain(`${asker.subject}: ${shown.operation}`), {
    body: plain(target),
    tag: id,
  });
  notification.onclick = () => {
    window.focus();
    location.assign(new URL(`approvals/${encodeURIComponent(id)}`, document.baseURI).href);
  };
}

/** Whether the browser lets the page notify; it asks the reader where it has not been told. */
export async function mayNotify(): Promise<boolean> {
  return 'Notification' in window && (await Notification.requestPermission()) === 'granted';
}

/** Two short tones, made here: nothing is fetched for them. */
function sound(): void {
  const context = new AudioContext();
  const volume = context.createGain();
  volume.connect(context.destination);
  for (const [index, pitch] of [660, 880].entries()) {
    const tone = context.createOscillator();
    const at = context.currentTime + index * 0.14;
    tone.frequency.value = pitch;
    tone.connect(volume);
    tone.start(at);
    tone.stop(at + 0.12);
    if (index === 1) tone.onended = () => void context.close();
  }
  volume.gain.setValueAtTime(0.12, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.3);
}
