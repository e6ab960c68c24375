/** The name under which a gateway's journal is signed: `sallyport/` and the gateway's own, of what a key of a signed note may have in it. */
export function originOf(gateway: string): string {
  return `sallyport/${gateway.replace(/[^\w.-]/g, '-')}`;
}
