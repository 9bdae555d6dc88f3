import { identity, type Maker, type Row, type Rows, rowsOf, someInstant } from './rows.ts';
import * as words from './words.ts';

const conventionCount = 320;

/** Tables that hang on the agreements. The last rows of events, uploads and comments are the latest. */
export function conventionRows(maker: Maker) {
  const conventions = rowsOf(conventionCount, id => convention(maker, id));
  return {
    conventions_avenanttype: ['logements', 'bailleur', 'duree', 'commentaires', 'champ_libre'].map(
      (nom, index) => ({
        id: index + 1,
        nom,
        desc: `Avenant « ${nom} » : pièces à joindre et rubriques à compléter`,
      }),
    ),
    conventions_convention: conventions,
    conventions_convention_avenant_types: rowsOf(60, id => ({
      convention_id: conventionCount - id + 1,
      avenanttype_id: maker.random.integer(1, 5),
    })),
    conventions_piecejointe: rowsOf(160, () => attachment(maker)),
    conventions_evenement: rowsOf(900, () => event(maker)),
    comments_comment: rowsOf(180, () => comment(maker, conventions)),
    upload_uploadedfile: uploads(maker, conventions),
  } satisfies Partial<Rows>;
}

function convention(maker: Maker, id: number): Row {
  const { random } = maker;
  const signed = id % 4 === 0;
  const amendment = id > conventionCount - 60;
  const number = `${random.pick(['25', '30', '34', '42', '75'])}.${random.integer(1, 12)}.${2010 + (id % 15)}.${id}`;
  return {
    ...identity(maker),
    numero: number,
    statut: signed
      ? '5. Signée'
      : random.pick(['1. Projet', '2. Instruction requise', '4. A signer', '8. Annulée']),
    comments: { note: `Vérifiée par ${random.pick(words.firstNames)} : « à compléter »` },
    date_fin_conventionnement: `${random.integer(2040, 2079)}-06-30`,
    nom_fichier_signe: signed ? signedName(maker, number) : null,
    televersement_convention_signee_le: signed ? someInstant(maker).slice(0, 10) : null,
    lot_id: random.integer(1, 340),
    parent_id: amendment ? random.integer(1, conventionCount - 60) : null,
    cree_par_id: random.integer(1, 90),
  };
}

function signedName({ random }: Maker, number: string): string {
  return random.chance(0.5) ? `${random.uuid()}.pdf` : `Convention signée n° ${number}.pdf`;
}

function attachment(maker: Maker): Row {
  const title = maker.random.pick(words.fileTitles);
  return {
    uuid: maker.random.uuid(),
    type: maker.random.pick(['CONVENTION', 'AVENANT', 'AUTRE']),
    nom_reel: title,
    fichier: `${maker.random.uuid()}_${title}`,
    description: `Pièce reçue de ${maker.random.pick(words.landlords)}`,
    convention_id: maker.random.integer(1, conventionCount),
  };
}

function event(maker: Maker): Row {
  return {
    uuid: maker.random.uuid(),
    type_evenement: maker.random.pick([
      'DEPOT',
      'INSTRUCTION',
      'ECHANGE',
      'SIGNATURE',
      'PUBLICATION_FONCIERE',
    ]),
    survenu_le: someInstant(maker).slice(0, 10),
    description: `Échange avec ${maker.random.pick(words.firstNames)} ${maker.random.pick(words.lastNames)}`,
    convention_id: maker.random.integer(1, conventionCount),
  };
}

function comment(maker: Maker, conventions: readonly Row[]): Row {
  const about = maker.random.pick(conventions);
  return {
    ...identity(maker),
    nom_objet: 'convention',
    champ_objet: maker.random.pick(['numero', 'comments', 'date_fin_conventionnement']),
    uuid_objet: about.uuid ?? null,
    message: `Merci de préciser l’adresse : ${maker.random.pick(words.estates)} ?`,
    statut: maker.random.pick(['OUVERT', 'RESOLU', 'CLOS']),
    user_id: maker.random.integer(1, 90),
    convention_id: about.id ?? null,
  };
}

/** Some `dirpath` end with a slash, so that the key made of it has two; some names were decomposed (NFD) by a Mac. */
function uploads(maker: Maker, conventions: readonly Row[]): Row[] {
  const { random } = maker;
  return rowsOf(190, id => {
    const family = id % 9 === 0 ? 'programmes' : id % 11 === 0 ? 'lots' : 'conventions';
    const owner = family === 'conventions' ? random.pick(conventions).uuid : random.uuid();
    const leaf = family === 'conventions' && random.chance(0.15) ? 'uploads' : 'media';
    const title = random.pick(words.fileTitles);
    const row = identity(maker);
    return {
      ...row,
      filename: `${row.uuid}_${id % 17 === 0 ? title.normalize('NFD') : title}`,
      dirpath: `${family}/${owner}/${leaf}${id % 8 === 0 ? '/' : ''}`,
      size: `${random.integer(200, 50_000)}`,
      content_type: contentType(title),
    };
  });
}

const types: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

function contentType(title: string): string {
  return types[title.slice(title.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
}
