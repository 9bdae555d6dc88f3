/** Its types do not agree: what the broken document imports. */
export function longueur(texte: string): string {
  return texte.length;
}
