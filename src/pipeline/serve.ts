import type { Answer } from '../model/reply.ts';
import type { RawRequest } from '../model/request.ts';
import { accept } from './accept.ts';
import { asOneself } from './as-oneself.ts';
import { askingPersons } from './ask-person.ts';
import { askShadowed } from './ask-shadow.ts';
import type { Gateway } from './gateway.ts';
import { type Edits, judge } from './judge.ts';
import { keep, keepingRequest, keepView } from './keep.ts';
import { keepDeleted } from './keep-deleted.ts';
import { knownOutput } from './known-output.ts';
import { mask } from './mask.ts';
import { readsOf } from './masking.ts';
import { noteDone } from './novelty.ts';
import { packedAgain } from './packed-again.ts';
import { quotedValues } from './quoted-values.ts';
import { tellMaskAsToken, tellReturnedMasks } from './returned-masks.ts';
import { sayObserved } from './say-observed.ts';
import { settle } from './settle.ts';
import { toRefusal } from './to-refusal.ts';
import { keepMade } from './undo/keep-made.ts';
import { keepPreImage } from './undo/keep-pre-image.ts';
import { until } from './until.ts';
import { useOnce } from './use-once.ts';
import { whileChanged } from './while-changed.ts';
import { withinBudgets } from './within-budgets.ts';
import { withinGuesses } from './within-guesses.ts';
import { withinLimits } from './within-limits.ts';
import { withoutMasks } from './without-masks.ts';
import { writtenMasks } from './written-masks.ts';

/** The data path, whole. Every request the gateway serves runs these lines, in this order. */
export async function serve(gateway: Gateway, raw: RawRequest, signal: AbortSignal): Promise<Answer> {
  const recording = gateway.recorder.open(raw);
  try {
    const request = accept(raw, gateway.limits, recording); //             limits, normal form, identity headers stripped
    tellMaskAsToken(gateway.masking, request); //                          a mask that is taken for a credential
    const caller = await recording.of(await gateway.authenticate(request)); // token -> Caller
    asOneself(caller, request); //                                         nobody acts as somebody else
    withinLimits(request, gateway.limits); //                              too long to be read
    const operation = await gateway.connector.parse(request); //           path, query, body, discovery -> Operation
    recording.begin(operation); //                                         cannot record -> nothing is forwarded
    tellReturnedMasks(gateway.masking, request, caller, operation); //     masks that come back from elsewhere
    const hasMasks = withoutMasks(gateway.masking, caller, operation); //  none is tried; those that are written are put back below
    recording.once(gateway.connector.unrepeatable(request, operation)); // what may have run is not done twice
    const use = useOnce(gateway.access, gateway.approvals, raw.id); //     one use of a grant or a yes, however often it is judged
    const persons = askingPersons(gateway, recording, raw.id, signal); //  held requests wait for a person
    const within = withinBudgets(gateway.budgets, gateway.probe, signal); // as much as its caller may do in a time
    const keepRequest = keepingRequest(gateway.masking, recording); //     the body, once however often it is judged
    const quoted = quotedValues(gateway, caller, operation, hasMasks); //   what upstream’s no may quote
    const attempt = async () => {
      const masks = writtenMasks(quoted.gateway, caller, operation.target, hasMasks); // values of masks that come back, for upstream alone
      const ask = () => askShadowed(masks.gateway, recording, gateway.rules(), caller); // facts looked up, then a pure decision
      const judging = async (edits?: Edits) =>
        within(await judge(gateway.connector, ask(), { caller, request, operation }, edits)); // edits made, judged again
      const judged = await persons(judging, within, masks.gateway.probe); // asked, and policy again when they have said yes
      const whole = await keepPreImage(gateway, await masks.whole(judged)); // masks put back; what was there before kept, where a rule says so
      const permit = await settle(whole, recording, gateway.clock, use, gateway.access.suggest); // allowed, and its intent on disk; or refused
      await withinGuesses(gateway.masking, permit); //                     nor tried by writing
      keepRequest(permit); //                                              masked, before anything is sent
      const known = await knownOutput(gateway.probe, permit, recording); // what its pod was given and must not say
      const end = recording.endedWith(signal); //                          its caller goes, or the gateway
      const forward = () => gateway.connector.forward(permit, end, readsOf(gateway.masking, permit));
      return {
        permit,
        known,
        reply: await keepDeleted(gateway, permit, recording, () => keepMade(gateway, permit, forward), whole.before),
      }; // its own bytes, with our credential
    };
    const { permit, known, reply } = await whileChanged(gateway.connector, attempt); // anew where its object changed meanwhile
    const hidden = known ?? (await quoted.of(permit, reply)); //                        nor what its words may quote
    noteDone(gateway.novelty, permit, reply); //                                       what its caller has done is not new any more
    const seen = keepView(permit, reply, hidden, gateway.masking, recording); //        kept as others would be shown it
    const masked = mask(permit, seen, hidden, gateway.masking, recording); //           without the values that must be hidden
    const kept = packedAgain(keep(permit, masked, gateway.masking, recording)); //     what passes is kept, no faster than the disk
    const said = sayObserved(permit, kept); //                              what only observed policy would have refused
    const replied = recording.replied(until(permit, gateway, said, recording)); // a stream ends with its caller's token
    return gateway.connector.framed(permit, replied); //                    a watch over WebSocket in its frames
  } catch (thrown) {
    return gateway.connector.refuse(recording.refused(toRefusal(thrown, signal)), raw);
  }
}
