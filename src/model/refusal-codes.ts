/**
 * Every code with which the gateway says no, or cannot: the closed table that the reference page is tested equal to.
 *
 * `retry` tells a program what to do: `never` the same request will be refused again; `changed` ask differently, as the message says;
 * `later` the same request may pass after a while; `verify` it ran or may have run, so look before it is repeated.
 */
export const REFUSAL_CODES = {
  REQUEST_MALFORMED: {
    status: 400,
    retry: 'changed',
    meaning: 'two readers could read the request two ways, or one cannot at all',
  },
  QUERY_AMBIGUOUS: {
    status: 400,
    retry: 'changed',
    meaning: 'a query key is given twice, misspelt or with a value that readers take differently',
  },
  CREDENTIALS_AMBIGUOUS: { status: 400, retry: 'changed', meaning: 'more than one credential is presented' },
  UPGRADE_UNSUPPORTED: {
    status: 400,
    retry: 'changed',
    meaning: 'the upgrade is not WebSocket or SPDY/3.1, or does not belong to this operation',
  },
  BODY_UNREADABLE: {
    status: 400,
    retry: 'changed',
    meaning: 'the body cannot be read as what its content type says, or goes over a bound on depth, aliases or keys',
  },
  BODY_MISMATCH: {
    status: 400,
    retry: 'changed',
    meaning: 'kind, name or namespace in the body disagree with the path',
  },
  TOKEN_MISSING: { status: 401, retry: 'changed', meaning: 'no bearer token is presented' },
  TOKEN_INVALID: {
    status: 401,
    retry: 'changed',
    meaning: 'the token is not one that a configured issuer made for this gateway',
  },
  TOKEN_EXPIRED: { status: 401, retry: 'changed', meaning: 'the token has ended or does not begin yet' },
  SESSION_ENDED: {
    status: 401,
    retry: 'changed',
    meaning: 'the cookie stands for no session of a browser that is in force; its person signs in again',
  },
  DENIED_BY_RULE: { status: 403, retry: 'never', meaning: 'a deny rule matches' },
  DENIED_BY_GUARD: { status: 403, retry: 'never', meaning: 'a built-in guard closes this way out of the gateway' },
  DENIED_BY_SILENCE: { status: 403, retry: 'never', meaning: 'no rule allows it' },
  IMPERSONATION_REFUSED: {
    status: 403,
    retry: 'never',
    meaning:
      'the caller asks to act as somebody else, which the gateway passes on for nobody; nothing was judged or sent',
  },
  FACT_UNKNOWN: { status: 403, retry: 'later', meaning: 'a rule or guard needs a fact that could not be looked up' },
  HELD: {
    status: 403,
    retry: 'later',
    meaning:
      'a rule holds it for a person, who is asked; the same request passes once it is approved, within the time for which the yes is good',
  },
  HOLD_EXPIRED: {
    status: 403,
    retry: 'changed',
    meaning: 'nobody answered in time, or the caller had gone; the same request asks anew',
  },
  REJECTED: { status: 403, retry: 'never', meaning: 'a person was asked, and said no' },
  HOLD_UNSUPPORTED: {
    status: 403,
    retry: 'never',
    meaning:
      'a rule holds this operation for a person, and nobody can be asked: there is no control plane, or it is too large to be shown',
  },
  GRANT_NOT_OFFERED: {
    status: 403,
    retry: 'changed',
    meaning: 'no `request` rule offers what is asked for, or not for so long',
  },
  GRANT_ENDED: { status: 403, retry: 'changed', meaning: 'the grant that allowed it has ended, or has no use left' },
  TOKEN_NOT_GIVEN: {
    status: 403,
    retry: 'changed',
    meaning:
      'the control plane gives the caller no token for a program: it has such a token itself, or as many as it may',
  },
  BUDGET_EXCEEDED: {
    status: 403,
    retry: 'later',
    meaning:
      'policy allows it, and the caller has done as much in a time as one of its `budgets` lets it; nothing was done',
  },
  PLANNED: {
    status: 403,
    retry: 'changed',
    meaning:
      'it was only planned (`sallyport plan`): policy would allow it or hold it for a person; nothing was sent that changes anything, and nobody was asked',
  },
  KILLED: {
    status: 403,
    retry: 'never',
    meaning: 'an operator has stopped this caller, session or target, until lifted, or has ended this one stream',
  },
  ORIGIN_REFUSED: {
    status: 403,
    retry: 'never',
    meaning:
      'a request with a browser’s session does not come from the console’s own pages, or does not bring what they know',
  },
  SIGN_IN_FAILED: {
    status: 403,
    retry: 'changed',
    meaning: 'the issuer did not sign the person in, or what it answered is not taken; the person begins again',
  },
  ROLE_REQUIRED: { status: 403, retry: 'never', meaning: 'the control plane lets only holders of a role do this' },
  ANSWER_REFUSED: {
    status: 403,
    retry: 'never',
    meaning:
      'the question is the caller’s own or that of another identity of theirs, the caller is no person, or the rule that asks does not name it',
  },
  NOT_FOUND: { status: 404, retry: 'never', meaning: 'the control plane has nothing there that the caller may see' },
  TARGET_UNKNOWN: { status: 404, retry: 'never', meaning: 'no target has this name' },
  KIND_UNKNOWN: {
    status: 404,
    retry: 'later',
    meaning: 'the target does not serve this kind or subresource, or not in this scope',
  },
  METHOD_NOT_ALLOWED: { status: 405, retry: 'never', meaning: 'the method is none that the API has here' },
  ENCODING_NOT_ACCEPTABLE: {
    status: 406,
    retry: 'changed',
    meaning: 'the reply is asked for in an encoding that the gateway cannot inspect',
  },
  REQUEST_TIMEOUT: { status: 408, retry: 'later', meaning: 'the request did not arrive whole in time' },
  GRANT_LIMIT: {
    status: 409,
    retry: 'later',
    meaning: 'the caller has as many live grants of the rule, or asks, as it may',
  },
  ANSWER_EARLY: {
    status: 409,
    retry: 'later',
    meaning: 'what the request would do is still being looked up for who answers',
  },
  ANSWER_LATE: { status: 409, retry: 'never', meaning: 'the question is closed, or the same person has answered it' },
  KEY_REUSED: { status: 409, retry: 'changed', meaning: 'the idempotency key came with another request before' },
  TARGET_EXISTS: { status: 409, retry: 'changed', meaning: 'a target of this name is there already' },
  TARGET_REFUSED: {
    status: 409,
    retry: 'changed',
    meaning:
      'the target cannot be registered so: its address is one that no target by API may be at, its credential is wanted again, or as many are there as may be',
  },
  TARGET_CHANGED: {
    status: 409,
    retry: 'later',
    meaning: 'the target was changed before the request was sent to it; nothing was sent',
  },
  OBJECT_CHANGED: {
    status: 409,
    retry: 'later',
    meaning: 'the object that the decision hangs on changed before the request was done; nothing was',
  },
  REPEATED_UNKNOWN: {
    status: 409,
    retry: 'verify',
    meaning:
      'the same request by the same caller may have run a moment ago, and would be done twice; this one was not sent',
  },
  MASK_STALE: {
    status: 409,
    retry: 'changed',
    meaning: 'the request holds a mask of a value that is not there now; nothing was done',
  },
  MASK_MISPLACED: {
    status: 422,
    retry: 'changed',
    meaning: 'the request would write a mask in the place of a value, or asks about what is masked',
  },
  VERSION_CHANGED: { status: 412, retry: 'changed', meaning: 'what `If-Match` names is not the version that is there' },
  BODY_TOO_LARGE: { status: 413, retry: 'changed', meaning: 'the body is larger than the limit' },
  URI_TOO_LONG: { status: 414, retry: 'changed', meaning: 'the request target is longer than the limit' },
  MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    retry: 'changed',
    meaning: 'the body is of a type that the gateway cannot inspect',
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    retry: 'later',
    meaning: 'the caller has as many requests or streams in flight as it may',
  },
  HELD_WAITING: {
    status: 429,
    retry: 'later',
    meaning: 'as HELD, to a client that sends the request again by itself, and goes on waiting so',
  },
  CALLER_THROTTLED: {
    status: 429,
    retry: 'later',
    meaning: 'the caller asks faster than it may; recorded as a count, not one by one',
  },
  AUTHENTICATION_THROTTLED: {
    status: 429,
    retry: 'later',
    meaning:
      'so many tokens from this address, or from all, were not taken a moment ago that this one was not looked at',
  },
  HEADERS_TOO_LARGE: { status: 431, retry: 'changed', meaning: 'the headers are larger, or more, than the limit' },
  CALLER_GONE: { status: 499, retry: 'never', meaning: 'the caller went away before an answer; recorded, never sent' },
  INTERNAL: { status: 500, retry: 'verify', meaning: 'a fault of the gateway itself; its log has the id' },
  UPSTREAM_UNREACHABLE: { status: 502, retry: 'later', meaning: 'the target could not be reached; nothing was sent' },
  OUTCOME_UNKNOWN: {
    status: 502,
    retry: 'verify',
    meaning: 'the connection broke after the request was sent: it may have run',
  },
  ISSUER_UNAVAILABLE: { status: 503, retry: 'later', meaning: 'the keys of the token issuer could not be fetched' },
  CREDENTIAL_UNAVAILABLE: {
    status: 503,
    retry: 'later',
    meaning: 'the credential for the target could not be had; nothing was sent',
  },
  CREDENTIAL_REFUSED: {
    status: 503,
    retry: 'later',
    meaning: 'the target does not take the gateway’s own credential; nothing was done, and the caller’s token is good',
  },
  TARGET_UNPROVEN: {
    status: 503,
    retry: 'later',
    meaning: 'it is not proven that the target sees for whom the gateway asks; nothing was sent',
  },
  CREDENTIAL_FORBIDDEN: {
    status: 503,
    retry: 'later',
    meaning: 'the target does not let the gateway act for this caller; nothing was done',
  },
  DISCOVERY_UNAVAILABLE: {
    status: 503,
    retry: 'later',
    meaning: 'the target could not be asked which kinds it serves; nothing was sent',
  },
  RECORDING_UNAVAILABLE: {
    status: 503,
    retry: 'later',
    meaning: 'the exchange could not be recorded; nothing was sent',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    retry: 'later',
    meaning:
      'what needs the store of grants could not be done, since it does not answer or other gateways are not heard; standing rules go on',
  },
  POLICY_UNANSWERED: {
    status: 503,
    retry: 'later',
    meaning:
      'a question about policy took more time, memory or room than may be, or what it needs could not be read; nothing is wrong with the question',
  },
  SHUTTING_DOWN: {
    status: 503,
    retry: 'later',
    meaning: 'the gateway is stopping; nothing was sent, or a watch or log whose reply had not begun',
  },
  UPSTREAM_TIMEOUT: {
    status: 504,
    retry: 'verify',
    meaning: 'the target did not answer in time: the request may have run',
  },
  HTTP_VERSION_UNSUPPORTED: { status: 505, retry: 'changed', meaning: 'the request is of HTTP/1.0' },
} as const satisfies Record<string, { status: number; retry: Retry; meaning: string }>;

export type RefusalCode = keyof typeof REFUSAL_CODES;

export type Retry = 'never' | 'changed' | 'later' | 'verify';
