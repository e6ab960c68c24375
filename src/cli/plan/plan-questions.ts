import type { PlanCall } from './plan-call.ts';

/** One question that persons would be asked. */
export interface PlanQuestion {
  /** The calls that it would be about, counted from 1; the first is what is asked. */
  readonly calls: readonly number[];
  /** `one`: a yes is for each by itself. `command`: whoever answers can widen the yes to the others. `helm`: the yes covers the others by itself. */
  readonly kind: 'one' | 'command' | 'helm';
  /** What the yes to a release covers, one by one. */
  readonly covers?: readonly string[];
}

/** Limit: calls to which one yes is widened, as at the gateway. */
const WIDENED_MAX = 50;

/** What persons would be asked when the planned command is run as it is, in its order. */
export function planQuestions(calls: readonly PlanCall[]): readonly PlanQuestion[] {
  const questions: { calls: number[]; kind: PlanQuestion['kind']; covers?: readonly string[] }[] = [];
  /** Of each command: the question that can be widened, and the verbs that were asked about by then. */
  const commands = new Map<string, { question: number; verbs: Set<string> }>();
  const releases = new Map<string, number>();
  for (const [i, { verdict, intent, verb = '' }] of calls.entries()) {
    if (verdict !== 'held') continue;
    const ask = (kind: PlanQuestion['kind'], covers?: readonly string[]) =>
      questions.push({ calls: [i + 1], kind, ...(covers === undefined ? {} : { covers }) }) - 1;
    if (intent?.kind === 'helm') {
      const release = releases.get(intent.id);
      if (release === undefined) releases.set(intent.id, ask('helm', intent.covers));
      else questions[release]?.calls.push(i + 1);
      continue;
    }
    const command = intent === undefined ? undefined : commands.get(intent.id);
    const widened = command === undefined ? undefined : questions[command.question];
    if (widened?.kind === 'command' && command?.verbs.has(verb) && widened.calls.length <= WIDENED_MAX) {
      widened.calls.push(i + 1);
      continue;
    }
    // The first of a command is asked about by itself; from the second on, a yes can be widened.
    const question = ask(command === undefined ? 'one' : 'command');
    if (intent !== undefined) commands.set(intent.id, { question, verbs: new Set([...(command?.verbs ?? []), verb]) });
  }
  return questions;
}
