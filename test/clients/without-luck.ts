const NOBODY = 'nobody is there for a moment';

/** A line that a client says, without the numbers and places that are others in each run. */
export function withoutLuck(line: string): string {
  return (
    line
      .replace(/stream ID \d+/, 'stream ID N')
      .replace(/caller-\d+/g, 'caller')
      .replace(/kill lift \w+/g, 'kill lift ID')
      .replace(/approvals wait \w+/g, 'approvals wait ID')
      .replace(/approval (['"`\\]*)[0-9a-hjkmnp-tv-z]{26}/g, 'approval $1ID')
      .replace(/port=\d+/g, 'port=PORT')
      .replace(/:\d+->(\S+):\d+/g, ':PORT->$1:PORT')
      // While a gateway starts anew, whether a connection is refused or ends unanswered is luck.
      .replace(
        /^raises (ConnectError: .*|RemoteProtocolError: Server disconnected without.*)$/,
        `raises ConnectError, or RemoteProtocolError: ${NOBODY}`,
      )
      .replace(
        /^raises (MaxRetryError: .*|ProtocolError: \('Connection aborted.*)$/,
        `raises MaxRetryError, or ProtocolError: ${NOBODY}`,
      )
  );
}
