/** A line that a client says, without the numbers and places that are others in each run. */
export function withoutLuck(line: string): string {
  return line
    .replace(/stream ID \d+/, 'stream ID N')
    .replace(/caller-\d+/g, 'caller')
    .replace(/kill lift \w+/g, 'kill lift ID')
    .replace(/approvals wait \w+/g, 'approvals wait ID')
    .replace(/approval (['"`\\]*)[0-9a-hjkmnp-tv-z]{26}/g, 'approval $1ID')
    .replace(/port=\d+/g, 'port=PORT')
    .replace(/:\d+->(\S+):\d+/g, ':PORT->$1:PORT');
}
