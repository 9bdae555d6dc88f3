import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..', 'runner');

/**
 * What each folder may import of the others. `.` stands for the files directly in `runner/` that belong to no stage
 * (`diagnostic.ts`, `fault.ts`, `ports.ts`); the acts (`load.ts`, `inspect.ts`, `run.ts`, `replay.ts`, `verify.ts`) compose all stages.
 */
const pure = [
  '.',
  'syntax',
  'model',
  'lint',
  'drift',
  'plan',
  'journal',
  'session',
  'report',
  'transcript',
  'seal',
  'page',
  'fmt',
];
const allowed: Readonly<Record<string, readonly string[]>> = {
  '.': ['.', 'model', 'plan', 'journal'],
  syntax: ['.', 'syntax', 'model'],
  model: ['.', 'model', 'syntax'],
  lint: ['.', 'lint', 'model', 'syntax'],
  drift: ['.', 'drift', 'model', 'syntax'],
  toolchain: ['.', 'toolchain', 'lint', 'model', 'syntax', 'effects'],
  plan: ['.', 'plan', 'model'],
  journal: ['.', 'journal', 'model'],
  session: ['.', 'session', 'journal', 'model', 'plan'],
  perform: ['.', 'perform', 'session', 'journal', 'model', 'plan'],
  report: ['.', 'report', 'model', 'plan', 'journal', 'session', 'seal'],
  transcript: ['.', 'transcript', 'report', 'model', 'plan', 'journal', 'syntax', 'session'],
  seal: ['.', 'seal', 'journal', 'model'],
  page: ['.', 'page', 'transcript', 'report', 'model', 'plan'],
  fmt: ['.', 'fmt', 'model', 'syntax'],
  services: ['.', 'services', 'model', 'journal', 'report'],
  effects: [...pure, 'effects', 'services'],
  sandbox: ['sandbox'],
  acts: [...pure, 'effects', 'toolchain', 'perform', 'services', 'acts'],
  cli: [...pure, 'effects', 'perform', 'services', 'acts', 'cli'],
};

const stageless = ['diagnostic.ts', 'fault.ts', 'ports.ts'];
const unifiedPackages = /^(unified|remark|rehype|micromark|mdast-|unist-|hast)/;
const doesInputOrOutput = /^node:(?!crypto|path|util|url|buffer)/;

const files = walk(root);
const imports = new Map(files.map(file => [file, importsOf(file)]));

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return walk(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

function importsOf(
  file: string,
): { readonly specifier: string; readonly isType: boolean; readonly isLazy: boolean }[] {
  const source = readFileSync(file, 'utf8');
  const matches = source.matchAll(
    /^(?:import|export)\s+(type\s)?[^'"`;]*?from\s+'([^']+)'|^import\s+'([^']+)'|import\('([^']+)'\)/gm,
  );
  return [...matches].map(match => ({
    specifier: match[2] ?? match[3] ?? match[4] ?? '',
    isType: match[1] !== undefined,
    isLazy: match[4] !== undefined,
  }));
}

function folderOf(file: string): string {
  const [folder, ...rest] = relative(root, file).split('/');
  if (rest.length > 0) return folder ?? '';
  return stageless.includes(folder ?? '') ? '.' : 'acts';
}

function show(file: string): string {
  return relative(root, file);
}

describe('imports', () => {
  test('every folder imports only those that the table allows it', () => {
    const forbidden = files.flatMap(file =>
      local(file)
        .filter(target => !(allowed[folderOf(file)] ?? []).includes(folderOf(target)))
        .map(target => `${show(file)} → ${show(target)}`),
    );
    expect(forbidden).toEqual([]);
  });

  test('only `syntax`, `transcript` and `page` know the tools of Markdown and HTML', () => {
    expect(packagesOutside(['syntax', 'transcript', 'page'], unifiedPackages)).toEqual([]);
  });

  test('`session` and `perform` import no package at all', () => {
    const found = files.filter(file => ['session', 'perform'].includes(folderOf(file))).flatMap(packages);
    expect(found).toEqual([]);
  });

  test('pure folders do no input or output', () => {
    const found = files
      .filter(file => pure.includes(folderOf(file)))
      .flatMap(file =>
        packages(file)
          .filter(name => doesInputOrOutput.test(name) && name !== 'node:module')
          .map(name => `${show(file)} → ${name}`),
      );
    expect(found).toEqual([]);
  });

  test('pure folders read neither clock, nor chance, nor process', () => {
    const found = files
      .filter(file => pure.includes(folderOf(file)))
      .filter(file =>
        /\bDate\.now\(|new Date\(\)|Math\.random\(|\bprocess\./.test(readFileSync(file, 'utf8')),
      )
      .map(show);
    expect(found).toEqual([]);
  });

  test('one file of the sandbox opens sockets; the router alone asks what it routes to', () => {
    const importers = (...modules: readonly string[]) =>
      files
        .filter(file => folderOf(file) === 'sandbox')
        .filter(file => packages(file).some(specifier => modules.includes(specifier.replace(/^node:/, ''))))
        .map(show);
    expect(importers('net', 'dgram', 'tls', 'https', 'http2', 'cluster')).toEqual(['sandbox/sockets.ts']);
    expect(importers('http')).toEqual(['sandbox/sockets.ts', 'sandbox/web/router.ts']);
    const router = readFileSync(join(root, 'sandbox/web/router.ts'), 'utf8');
    expect(router).not.toMatch(/\b(createServer|new Server|\.listen\()/);
    const ssh = files.filter(file => packages(file).includes('ssh2') && folderOf(file) === 'sandbox');
    expect(ssh.filter(file => /\.listen\(/.test(readFileSync(file, 'utf8')))).toEqual([]);
  });

  test('who starts a programme says which variables it gets; a secret’s command has those of the operator', () => {
    const texts = new Map(
      files
        .filter(file => folderOf(file) !== 'sandbox' && packages(file).includes('node:child_process'))
        .map(file => [show(file), readFileSync(file, 'utf8')]),
    );
    const named = (pattern: RegExp) =>
      [...texts].filter(([, text]) => pattern.test(text)).map(([name]) => name);
    const starting = named(/import \{.*\b(spawn|execFile)/);
    expect(starting.length).toBeGreaterThan(5);
    expect(starting.filter(name => !named(/\benv\b[:,]/).includes(name))).toEqual(['effects/settings.ts']);
    expect(named(/\.\.\.process\.env/)).toEqual([]);
  });

  test('there is no cycle', () => {
    expect(cycles()).toEqual([]);
  });
});

function local(file: string): string[] {
  const specifiers = (imports.get(file) ?? [])
    .map(each => each.specifier)
    .filter(each => each.startsWith('.'));
  return specifiers.map(specifier => resolve(dirname(file), specifier));
}

function packages(file: string): string[] {
  return (imports.get(file) ?? [])
    .filter(each => !each.isType && !each.specifier.startsWith('.'))
    .map(each => each.specifier);
}

function packagesOutside(folders: readonly string[], pattern: RegExp): string[] {
  return files
    .filter(file => !folders.includes(folderOf(file)))
    .flatMap(file =>
      packages(file)
        .filter(name => pattern.test(name))
        .map(name => `${show(file)} → ${name}`),
    );
}

/** Cycles of imports that exist at run time; a type is no dependency there. */
function cycles(): string[] {
  const states = new Map<string, 'open' | 'done'>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (states.get(file) === 'done') return;
    if (states.get(file) === 'open') {
      found.push([...path.slice(path.indexOf(file)), file].map(show).join(' → '));
      return;
    }
    states.set(file, 'open');
    const targets = (imports.get(file) ?? []).filter(
      each => !each.isType && !each.isLazy && each.specifier.startsWith('.'),
    );
    for (const { specifier } of targets) visit(resolve(dirname(file), specifier), [...path, file]);
    states.set(file, 'done');
  };
  for (const file of files) visit(file, []);
  return found;
}
