/** A clause as a sentence of its own. One that ends with a question has its mark already. */
export function endSentence(clause: string): string {
  return clause.endsWith('?') ? clause : `${clause}.`;
}
