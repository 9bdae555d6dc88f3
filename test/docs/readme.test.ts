import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../../runner/cli/commands.ts';
import { exitCode } from '../../runner/cli/exit-code.ts';
import { parseAnswers } from '../../runner/effects/operator/answers-file.ts';
import { readRunbook } from '../../runner/model/build.ts';

const root = resolve(import.meta.dirname, '..', '..');
const program = join(root, 'dist', 'reprise.cjs');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

interface Fence {
  readonly language: string;
  readonly text: string;
}

function fencesOf(document: string): Fence[] {
  const matches = document.matchAll(/^(`{3,})(\w+)\n([\s\S]*?)^\1$/gm);
  return [...matches].map(([, , language = '', text = '']) => ({ language, text }));
}

function fence(language: string): string {
  const found = fencesOf(readme).filter(each => each.language === language);
  expect(found).toHaveLength(1);
  return found[0]?.text ?? '';
}

/** What differs between two runs: ids, times, durations, keys. */
function normalise(text: string): string {
  return text
    .replaceAll(/[\u00a0\u202f]/g, ' ')
    .replaceAll(/\d{8}-\d{6}-[0-9a-f]{6}/g, 'RUN')
    .replaceAll(/\d\d:\d\d:\d\d/g, 'HH:MM:SS')
    .replaceAll(/\d+(,\d+)? (ms|s|min)( \d+ s)?(?![a-z])/g, 'TIME')
    .replaceAll(/SHA256:[A-Za-z0-9+/]{43}/g, 'KEY');
}

let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'reprise-readme-'));
  mkdirSync(join(directory, 'site'));
  writeFileSync(join(directory, 'accueil.txt'), 'Bienvenue\n');
  writeFileSync(join(directory, 'page.md'), fence('markdown'));
  writeFileSync(join(directory, 'reponses.yaml'), fence('yaml'));
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(directory, 'cle')]);
  const key = readFileSync(join(directory, 'cle.pub'), 'utf8');
  writeFileSync(join(directory, 'signataires'), `camille ${key}`);
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function reprise(line: string): string {
  const args = line
    .replace('$ npx reprise ', '')
    .split(' ')
    .map(arg => arg.replace(/^runs\/.*/, () => `runs/${runs()[0]}`));
  const { stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: directory,
    encoding: 'utf8',
  });
  return stdout + stderr;
}

function runs(): string[] {
  return readdirSync(join(directory, 'runs'));
}

describe('README', () => {
  test('its runbook is whole', () => {
    expect(readRunbook(fence('markdown'), 'page.md').diagnostics).toEqual([]);
  });

  test('its answers file is one', () => {
    expect(parseAnswers(fence('yaml'), 'reponses.yaml').operator).toBe('camille');
  });

  test('its session is what the programme prints', () => {
    const session = fence('console');
    const printed = session
      .split('\n')
      .filter(line => line.startsWith('$ '))
      .map(line => `${line}\n${reprise(line)}`)
      .join('');
    expect(normalise(printed)).toBe(normalise(session));
  });

  test('its piece of a transcript stands in the transcript of that session', () => {
    const transcript = readFileSync(join(directory, 'runs', runs()[0] ?? '', 'transcript.md'), 'utf8');
    expect(normalise(transcript)).toContain(normalise(fence('text')));
  });

  test('its two commands are those of the package', () => {
    const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;
    const lines = fencesOf(readme)
      .filter(each => each.language === 'sh')
      .map(each => each.text.trim());
    expect(lines).toEqual(['npm ci && npm run drill', 'npm ci && npm test']);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['drill', 'test', 'bench', 'prepare']));
  });

  test('it lists every command and every exit code', () => {
    const listed = [...readme.matchAll(/^\| `reprise (\w+)/gm)].map(([, name]) => name);
    expect(listed).toEqual(commands.map(command => command.name));
    const codes = [...readme.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(exitCode));
  });
});
