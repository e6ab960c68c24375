/** Who acts for somebody, as a person reads it. */
export function actorWords(actor: string): string {
  return actor === '' ? 'somebody whom the token does not name' : `\`${actor}\``;
}
