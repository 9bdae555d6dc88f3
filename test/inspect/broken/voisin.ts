/** What the broken documents import. */
export const compte = 3;
export interface Forme {
  readonly nom: string;
}
