import type { Answer } from '../model/reply.ts';
import type { RawRequest } from '../model/request.ts';
import { decide } from '../policy/decide.ts';
import { accept } from './accept.ts';
import type { Gateway } from './gateway.ts';
import { type Ask, judge } from './judge.ts';
import { mask } from './mask.ts';
import { resolve } from './resolve.ts';
import { settle } from './settle.ts';
import { toRefusal } from './to-refusal.ts';
import { until } from './until.ts';

/** The data path, whole. Every request the gateway serves runs these lines, in this order. */
export async function serve(gateway: Gateway, raw: RawRequest, signal: AbortSignal): Promise<Answer> {
  const recording = gateway.recorder.open(raw);
  try {
    const request = accept(raw, gateway.limits); //                        limits, normal form, identity headers stripped
    const caller = recording.of(await gateway.authenticate(request)); //   token -> Caller
    const operation = await gateway.connector.parse(request); //           path, query, body, discovery -> Operation
    recording.begin(operation); //                                         cannot record -> nothing is forwarded
    const rules = gateway.rules();
    const ask: Ask = async (asked) => decide(rules, await resolve(gateway, recording, rules, caller, asked));
    const judged = await judge(gateway.connector, ask, { caller, request, operation }); // edits made, judged again
    const permit = await settle(judged, recording); //                     allowed, and its intent on disk; or refused
    const reply = await gateway.connector.forward(permit, signal); //      the permit's own bytes, with our credential
    const masked = mask(permit, reply); //                                 without the values that must be hidden
    return recording.replied(until(permit, gateway.clock, masked, recording)); // a stream ends with its caller's token
  } catch (thrown) {
    return gateway.connector.refuse(recording.refused(toRefusal(thrown, signal)), raw);
  }
}
