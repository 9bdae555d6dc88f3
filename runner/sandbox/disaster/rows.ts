import type { Random } from './random.ts';
import type { Table } from './schema.ts';
import * as words from './words.ts';

/** A row, as JSON that PostgreSQL reads into the table's own type. */
export type Row = Readonly<
  Record<string, string | number | boolean | null | Readonly<Record<string, string>>>
>;

/** The rows of every table. */
export type Rows = Readonly<Record<Table, readonly Row[]>>;

/** Makes rows: where the numbers come from, and the instant before which all that they tell happened. */
export type Maker = { readonly random: Random; readonly before: Date };

const day = 86_400_000;

/** `count` rows with identifiers from 1, each made by `make` from its identifier. */
export function rowsOf(count: number, make: (id: number) => Row): Row[] {
  return Array.from({ length: count }, (_, index) => ({ id: index + 1, ...make(index + 1) }));
}

/** An instant of the last five years, as ISO 8601. */
export function someInstant({ random, before }: Maker): string {
  return new Date(before.getTime() - random.integer(60, 5 * 365 * 24 * 60) * 60_000).toISOString();
}

function someDay(maker: Maker): string {
  return someInstant(maker).slice(0, 10);
}

/** Columns that most tables have. */
export function identity(maker: Maker): Row {
  const created = someInstant(maker);
  const changed = new Date(Math.min(Date.parse(created) + day, maker.before.getTime())).toISOString();
  return { uuid: maker.random.uuid(), cree_le: created, mis_a_jour_le: changed };
}

/** Tables of people and places. */
export function peopleRows(maker: Maker) {
  const { random } = maker;
  const apps = ['users', 'bailleurs', 'programmes', 'conventions', 'upload', 'comments'];
  return {
    django_migrations: rowsOf(120, id => ({
      app: random.pick(apps),
      name: `${String(id).padStart(4, '0')}_auto`,
      applied: someInstant(maker),
    })),
    apilos_settings_departement: words.departements.map(([code, nom], index) => ({
      id: index + 1,
      nom,
      code_insee_departement: code,
      code_postal: code.replace('2A', '201').replace('2B', '202'),
    })),
    users_user: rowsOf(90, id => user(maker, id)),
    bailleurs_bailleur: rowsOf(60, id => landlord(maker, id)),
    instructeurs_administration: rowsOf(80, id => administration(maker, id)),
    users_role: rowsOf(110, id => role(maker, id)),
  } satisfies Partial<Rows>;
}

function user(maker: Maker, id: number): Row {
  const { random } = maker;
  const [first, last] = [random.pick(words.firstNames), random.pick(words.lastNames)];
  return {
    password: `pbkdf2_sha256$600000$${random.bytes(12).toString('hex')}$${random.bytes(32).toString('base64')}`,
    last_login: random.chance(0.8) ? someInstant(maker) : null,
    is_superuser: id === 1,
    username: `${slug(first)}.${slug(last)}.${id}`,
    first_name: first,
    last_name: last,
    email: `${slug(first)}.${slug(last)}.${id}@exemple.invalid`,
    is_staff: id <= 4,
    is_active: random.chance(0.95),
    date_joined: someInstant(maker),
  };
}

function slug(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/[^A-Za-z]+/g, '')
    .toLowerCase();
}

function landlord(maker: Maker, id: number): Row {
  const { random } = maker;
  const [postcode, town] = random.pick(words.towns);
  const siren = String(300_000_000 + id * 7_919);
  return {
    ...identity(maker),
    nom: `${random.pick(words.landlords)} de ${town}`,
    siren,
    siret: `${siren}${String(id).padStart(5, '0')}`,
    capital_social: random.integer(10, 900) * 1000.5,
    code_postal: postcode,
    ville: town,
    signataire_nom: `${random.pick(words.firstNames)} ${random.pick(words.lastNames)}`,
    parent_id: id > 50 ? random.integer(1, 50) : null,
  };
}

function administration(maker: Maker, id: number): Row {
  const [postcode, town] = maker.random.pick(words.towns);
  const name = id % 3 === 0 ? `Métropole de ${town}` : `DDT de ${town}`;
  return { ...identity(maker), nom: name, code: `D${id}`, ville_signature: town, code_postal: postcode };
}

function role({ random }: Maker, id: number): Row {
  const instructs = random.chance(0.4);
  return {
    typologie: instructs ? 'INSTRUCTEUR' : 'BAILLEUR',
    bailleur_id: instructs ? null : random.integer(1, 60),
    administration_id: instructs ? random.integer(1, 80) : null,
    user_id: ((id - 1) % 90) + 1,
  };
}

/** Tables of housing: programmes, their lots, dwellings, annexes and loans. */
export function housingRows(maker: Maker) {
  const { random } = maker;
  return {
    programmes_programme: rowsOf(260, () => programme(maker)),
    programmes_lot: rowsOf(340, id => ({
      ...identity(maker),
      nb_logements: random.integer(2, 60),
      financement: random.pick(['PLUS', 'PLAI', 'PLS', 'PLAI_ADP']),
      type_habitat: random.pick(['INDIVIDUEL', 'COLLECTIF', 'MIXTE']),
      programme_id: ((id - 1) % 260) + 1,
    })),
    programmes_logement: rowsOf(1700, () => dwelling(maker)),
    programmes_annexe: rowsOf(420, () => ({
      uuid: random.uuid(),
      typologie: random.pick(['TERRASSE', 'JARDIN', 'COUR', 'STATIONNEMENT']),
      surface_hors_surface_retenue: random.integer(200, 4_000) / 100,
      loyer: random.integer(500, 6_000) / 100,
      logement_id: random.integer(1, 1700),
    })),
    conventions_pret: rowsOf(300, id => ({
      uuid: random.uuid(),
      numero: `${5_000_000 + id}`,
      preteur: random.pick(['CDCF', 'CDCL', 'ETAT', 'COMMUNE', 'AUTRE']),
      duree: random.integer(15, 60),
      montant: random.integer(10_000, 4_000_000),
      date_octroi: someDay(maker),
      lot_id: random.integer(1, 340),
    })),
  } satisfies Partial<Rows>;
}

function programme(maker: Maker): Row {
  const { random } = maker;
  const [postcode, town] = random.pick(words.towns);
  const year = random.integer(2012, 2025);
  return {
    ...identity(maker),
    nom: `${random.pick(words.estates)} – ${town}`,
    code_postal: postcode,
    ville: town,
    departement: postcode.slice(0, 2),
    numero_operation: `${year}${postcode.slice(0, 2)}${random.integer(100_000, 999_999)}`,
    annee_gestion_programmation: year,
    zone_abc: random.pick(['A', 'Abis', 'B1', 'B2', 'C']),
    nature_logement: random.pick(['LOGEMENTSORDINAIRES', 'AUTRE', 'RESIDENCESOCIALE', 'PENSIONSDEFAMILLE']),
    surface_utile_totale: random.integer(20_000, 800_000) / 100,
    bailleur_id: random.integer(1, 60),
    administration_id: random.integer(1, 80),
  };
}

function dwelling({ random }: Maker): Row {
  const surface = random.integer(1_800, 11_000) / 100;
  const price = random.integer(450, 980) / 100;
  return {
    uuid: random.uuid(),
    designation: `${random.pick(['A', 'B', 'C'])}${random.integer(1, 300)}`,
    typologie: `T${random.integer(1, 6)}`,
    surface_habitable: surface,
    surface_utile: surface + 2.5,
    loyer_par_metre_carre: price,
    loyer: Math.round(surface * price * 100) / 100,
    lot_id: random.integer(1, 340),
  };
}
