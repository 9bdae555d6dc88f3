import type { Lang } from '../diagnostic.ts';
import { type Command, commands, commonOptions, type Option } from './commands.ts';

const words = {
  fr: {
    pitch: 'Reprise : un plan de reprise qui se lit, s’exécute et se prouve',
    usage: 'usage',
    commands: 'commandes',
    options: 'options',
    example: 'exemple',
    more: 'aide d’une commande : reprise COMMANDE --help',
    codes:
      'codes de sortie : 0 succès · 1 étape en échec · 2 entrée refusée · 3 en pause · 4 doute · 5 altéré · 6 signataire non vérifié · 7 non probant · 8 sceau manquant · 9 rendu non comparable',
  },
  en: {
    pitch: 'Reprise: a recovery plan that is read, run and proven',
    usage: 'usage',
    commands: 'commands',
    options: 'options',
    example: 'example',
    more: 'help of a command: reprise COMMAND --help',
    codes:
      'exit codes: 0 success · 1 failed step · 2 refused input · 3 paused · 4 doubt · 5 tampered · 6 signer not verified · 7 not probative · 8 seal missing · 9 not comparable',
  },
} as const;

/** The help of the programme. */
export function programHelp(lang: Lang): string {
  const told = words[lang];
  const rows = commands.map(command => [command.name, command.words[lang]] as const);
  return [
    told.pitch,
    '',
    `${told.usage}: reprise COMMAND [OPTION…]`,
    '',
    `${told.commands}:`,
    ...table(rows),
    '',
    `${told.example}: reprise run runbook/plan-de-reprise.md --target sandbox`,
    told.more,
    told.codes,
    '',
  ].join('\n');
}

/** The help of one command, with its example. */
export function commandHelp(command: Command, lang: Lang): string {
  const told = words[lang];
  const options = [...command.options, ...commonOptions];
  return [
    `${command.name}: ${command.words[lang]}`,
    '',
    `${told.usage}: reprise ${[command.name, command.operands, '[OPTION…]'].filter(Boolean).join(' ')}`,
    '',
    `${told.options}:`,
    ...table(options.map(option => [flag(option), option.words[lang]] as const)),
    '',
    `${told.example}:`,
    `  ${command.example}`,
    '',
  ].join('\n');
}

function flag(option: Option): string {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  return `${short}--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`;
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}
