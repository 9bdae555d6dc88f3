import { describe, expect, test } from 'vitest';
import { parseInvocation } from '../../runner/cli/arguments.ts';
import { commands } from '../../runner/cli/commands.ts';
import { Scene } from './scene.ts';

describe('help', () => {
  test.each(commands.map(command => command.name))('of `%s` has an example in both languages', async name => {
    const scene = new Scene('');
    const command = commands.find(each => each.name === name);
    const fr = await scene.call(name, '--help');
    const en = await scene.call(name, '--help', '--lang', 'en');
    expect([fr.code, en.code, fr.err, en.err]).toEqual([0, 0, '', '']);
    expect(fr.out).toContain(`exemple:\n  ${command?.example}`);
    expect(en.out).toContain(`example:\n  ${command?.example}`);
    expect(fr.out.split('\n')[0]).not.toBe(en.out.split('\n')[0]);
  });

  test.each(commands.map(command => [command.name, command.example]))(
    'the example of `%s` parses',
    (name, example) => {
      const [programme, called, ...args] = example.match(/"[^"]*"|\S+/g) ?? [];
      expect([programme, called]).toEqual(['reprise', name]);
      const command = commands.find(each => each.name === name);
      if (command === undefined) throw new Error(name);
      expect(parseInvocation(command, args).command.name).toBe(name);
    },
  );

  test('without arguments it is shown, and the exit code says that nothing was done', async () => {
    const ended = await new Scene('').call();
    expect(ended.code).toBe(2);
    for (const { name } of commands) expect(ended.out).toContain(`\n  ${name} `);
  });
});

describe('a command line that is not understood', () => {
  test.each([
    [['voler'], 'unknown-command', 'la commande `voler` n’existe pas'],
    [['run'], 'wrong-operands', '`reprise run` attend RUNBOOK'],
    [['run', 'a.md', 'b.md'], 'wrong-operands', 'et 2 a été donné'],
    [['run', 'plan.md', '--vite'], 'bad-option', '--vite'],
    [['check', 'plan.md', '--lang', 'de'], 'unknown-lang', 'la langue `de`'],
    [['check', 'absent.md'], 'cannot-read', '`absent.md`'],
    [['run', 'plan.md', '--target', 'lune'], 'unknown-target', 'essai, reel'],
    [['run', 'plan.md'], 'target-needed', 'essai, reel'],
    [['run', 'plan.md', '--target', 'essai', '--set', 'refaire'], 'bad-setting', '`refaire`'],
    [['run', 'plan.md', '--target', 'essai', '--set', 'rien=1'], 'unknown-input', '`rien`'],
    [
      ['run', 'plan.md', '--target', 'essai', '--set', 'refaire=peut-être'],
      'input-not-a-choice',
      'oui | non',
    ],
    [['run', 'plan.md', '--target', 'essai', '--as', 'noé'], 'not-a-holder', 'camille, noa'],
    [['run', 'plan.md', '--target', 'essai'], 'operator-needed', 'camille, noa'],
    [['run', 'plan.md', '--target', 'essai', '--as', 'noa', '--t0', 'hier'], 'bad-instant', '`hier`'],
    [['status', 'runs/absente'], 'bundle-not-found', '`runs/absente`'],
    [['verify', 'plan.md'], 'bundle-not-found', '`plan.md`'],
    [['resume', 'runs/absente'], 'bundle-not-found', '`runs/absente`'],
  ])('%j is refused as %s', async (args, code, words) => {
    const scene = new Scene('');
    const { code: exit, out, err } = await scene.call(...args);
    expect(err).toMatch(new RegExp(`^erreur\\[${code}\\]: `));
    expect(err).toContain(words);
    expect(err).toContain('\n  état : rien n’a été modifié\n  que faire : ');
    expect([exit, out, scene.has('runs')]).toEqual([2, '', false]);
  });

  test('the version is one line', async () => {
    expect(await new Scene('').call('--version')).toEqual({ code: 0, out: '0.1.0\n', err: '' });
  });
});
