/** What is said when somebody adds to a run or signs it, by language. */
export const contributionWords = {
  fr: {
    who: 'Qui ajoute ?',
    noted: 'note inscrite : entrée n° {seq}',
    attached: 'pièce jointe : entrée n° {seq}, {file} ({bytes} octets, sha256 {sha256})',
    inAddendum: 'dans l’addendum n° {number}, scellé',
    unmasked: 'secrets qui n’étaient pas à portée, et n’ont donc pas pu être masqués : {names}',
    signed: 'sceau de {principal} ajouté',
    missing: 'il manque encore le sceau du rôle {role} ({holders})',
    complete: 'tous ceux qui doivent signer l’ont fait',
    verify: 'vérifier : npx reprise verify {path} --allowed-signers LISTE',
  },
  en: {
    who: 'Who adds it?',
    noted: 'note written: entry no. {seq}',
    attached: 'file attached: entry no. {seq}, {file} ({bytes} bytes, sha256 {sha256})',
    inAddendum: 'in addendum no. {number}, sealed',
    unmasked: 'secrets that were not at hand, so that they could not be masked: {names}',
    signed: 'seal of {principal} added',
    missing: 'the seal of role {role} is still missing ({holders})',
    complete: 'everyone who must sign has done so',
    verify: 'verify it: npx reprise verify {path} --allowed-signers LIST',
  },
} as const;
