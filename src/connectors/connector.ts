import type { Operation } from '../model/operation.ts';
import type { Permit } from '../model/permit.ts';
import type { Refusal } from '../model/refusal.ts';
import type { RefusedReply, Reply } from '../model/reply.ts';
import type { RawRequest, Request } from '../model/request.ts';

/** A protocol adapter, bound to one target. The pipeline knows nothing of protocols but this. */
export interface Connector {
  /**
   * The very operation that upstream will see.
   *
   * @throws {Refusal} what two readers could read two ways, and what upstream does not serve
   */
  parse(request: Request): Promise<Operation>;

  /**
   * Sends the request upstream, with a credential that the caller never sees, and resolves with the head of the reply. Nothing of
   * `request` but what `permit` was given for is sent; when `signal` aborts, so does the request upstream.
   *
   * @throws {Refusal} UPSTREAM_UNREACHABLE, CREDENTIAL_UNAVAILABLE (nothing was sent); OUTCOME_UNKNOWN, UPSTREAM_TIMEOUT (it may have run)
   */
  forward(permit: Permit, request: Request, signal: AbortSignal): Promise<Reply>;

  /** A refusal in the words of the protocol. Takes the raw request, since a refusal may come before it could be read. */
  refuse(refusal: Refusal, raw: RawRequest): RefusedReply;
}
