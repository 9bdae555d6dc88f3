/** French words that the invented people, landlords and places are made of. Nobody real is named. */
export const firstNames = listOf(
  'Élodie|François|Zoé|Jérôme|Anaïs|Loïc|Hélène|Benoît|Noël|Inès|Gaëlle|Théo|Maëlys|Rémi|Chloé|' +
    'Aurélien|Cécile|Stéphane|Mélanie|Raphaël|Solène|Yannick|Clémence|Aïcha',
);

export const lastNames = listOf(
  'Lefèvre|Dupré|Nuñez|Gauthier|Béranger|Le Goff|Châtelain|Müller|D’Angelo|Prévost|Fabre|Rocher-Vallée|' +
    'Hénault|Poirier|Lemaître|Cœur|Garçon|Ménard|Traoré|Lévêque|Desprès|Noël',
);

/** Postcode and town; the département is the postcode's first two digits. */
export const towns = listOf(
  '25000 Besançon|27000 Évreux|30000 Nîmes|34500 Béziers|42000 Saint-Étienne|16000 Angoulême|' +
    '45000 Orléans|88000 Épinal|71000 Mâcon|51160 Aÿ-Champagne|94240 L’Haÿ-les-Roses|34200 Sète|' +
    '36000 Châteauroux|61000 Alençon|77350 Le Mée-sur-Seine|24000 Périgueux|44550 Saint-Malo-de-Guersac|' +
    '29000 Quimper|51480 Œuilly|33130 Bègles',
).map(splitAtSpace);

export const landlords = listOf(
  'Habitat Solidaire|Logis Breton|Foyer Rémois|Maison Familiale|Société Nîmoise d’HLM|Toit & Joie|' +
    'Coopérative de l’Île|Office public de l’habitat|Logement Français|Cité Nouvelle|Néolia|' +
    'Hérault Logement',
);

export const estates = listOf(
  'Résidence des Érables|Les Hêtres|Clos Saint-Exupéry|Le Pré-aux-Clercs|Îlot Gambetta|' +
    'Les Chênes verts|Villa Beauséjour|ZAC de l’Écoquartier|La Forêt|Cœur de bourg|Les Genêts|' +
    'Allée des Mésanges',
);

export const fileTitles = listOf(
  'attestation de propriété.pdf|plan RdC + étage.pdf|Décision de financement n° 12.pdf|' +
    'état descriptif.docx|acte_notarie.pdf|référence cadastrale (1).pdf|Vue aérienne – façade.png|' +
    'tableau des loyers.xlsx|photo.jpg|Permis de construire & annexes.pdf|relevé_100%.pdf|' +
    'Convention d’origine.pdf',
);

const departementNames =
  '01 Ain|02 Aisne|03 Allier|04 Alpes-de-Haute-Provence|05 Hautes-Alpes|06 Alpes-Maritimes|07 Ardèche|08 Ardennes|09 Ariège|' +
  '10 Aube|11 Aude|12 Aveyron|13 Bouches-du-Rhône|14 Calvados|15 Cantal|16 Charente|17 Charente-Maritime|18 Cher|19 Corrèze|' +
  '2A Corse-du-Sud|2B Haute-Corse|21 Côte-d’Or|22 Côtes-d’Armor|23 Creuse|24 Dordogne|25 Doubs|26 Drôme|27 Eure|28 Eure-et-Loir|' +
  '29 Finistère|30 Gard|31 Haute-Garonne|32 Gers|33 Gironde|34 Hérault|35 Ille-et-Vilaine|36 Indre|37 Indre-et-Loire|38 Isère|' +
  '39 Jura|40 Landes|41 Loir-et-Cher|42 Loire|43 Haute-Loire|44 Loire-Atlantique|45 Loiret|46 Lot|47 Lot-et-Garonne|48 Lozère|' +
  '49 Maine-et-Loire|50 Manche|51 Marne|52 Haute-Marne|53 Mayenne|54 Meurthe-et-Moselle|55 Meuse|56 Morbihan|57 Moselle|' +
  '58 Nièvre|59 Nord|60 Oise|61 Orne|62 Pas-de-Calais|63 Puy-de-Dôme|64 Pyrénées-Atlantiques|65 Hautes-Pyrénées|' +
  '66 Pyrénées-Orientales|67 Bas-Rhin|68 Haut-Rhin|69 Rhône|70 Haute-Saône|71 Saône-et-Loire|72 Sarthe|73 Savoie|' +
  '74 Haute-Savoie|75 Paris|76 Seine-Maritime|77 Seine-et-Marne|78 Yvelines|79 Deux-Sèvres|80 Somme|81 Tarn|82 Tarn-et-Garonne|' +
  '83 Var|84 Vaucluse|85 Vendée|86 Vienne|87 Haute-Vienne|88 Vosges|89 Yonne|90 Territoire de Belfort|91 Essonne|' +
  '92 Hauts-de-Seine|93 Seine-Saint-Denis|94 Val-de-Marne|95 Val-d’Oise|971 Guadeloupe|972 Martinique|973 Guyane|' +
  '974 La Réunion|976 Mayotte';

/** The 101 départements: INSEE code and name. */
export const departements = listOf(departementNames).map(splitAtSpace);

function listOf(words: string): readonly string[] {
  return words.split('|');
}

function splitAtSpace(entry: string): readonly [string, string] {
  const space = entry.indexOf(' ');
  return [entry.slice(0, space), entry.slice(space + 1)];
}
