import { describe, expect, test } from 'vitest';
import { expectInert, expectUnchanged } from './harmless.ts';

/** Documents of the kinds of which the CommonMark specification has examples, section by section, and GitHub's own. */
const documents: Readonly<Record<string, readonly string[]>> = {
  tabs: [
    '\tun\tdeux\t\ttrois',
    '  \tun\tdeux',
    '- un\n\n\tdeux',
    '>\t\tun',
    '1.\tun\n\n\t\tdeux',
    '#\ttitre\t',
    '*\t*\t*\t',
  ],
  'backslashes and entities': [
    '\\!\\"\\#\\$\\%\\&\\\'\\(\\)\\*\\+\\,\\-\\.\\/\\:\\;\\<\\=\\>\\?\\@\\[\\\\\\]\\^\\_\\`\\{\\|\\}\\~',
    '\\*pas d’emphase*\n\\<br/>\n\\[pas un lien](/x)\n1\\. pas une liste\n\\# pas un titre\n\\:::cell{#x}',
    'un\\\ndeux',
    '&nbsp; &amp; &copy; &AElig; &Dcaron; &frac34; &HilbertSpace; &#35; &#1234; &#0; &#X22; &inexistant; &#87654321;',
    '&#58;::cell{#x}\n\n&colon;::cell{#x}',
  ],
  'thematic breaks': [
    '***\n---\n___',
    '+++',
    ' ***\n  ***\n   ***\n    ***',
    '- un\n***\n- deux',
    'un\n***\ndeux',
    '_ _ _ _ a',
  ],
  headings: [
    '# un\n## deux\n### trois\n#### quatre\n##### cinq\n###### six',
    '####### sept\n#5 boulon\n#mot-dièse',
    '## un ##\n  ### deux ###   \n#\n### ###',
    'un\n===\n\ndeux\n---',
    'un\ndeux\n===',
    '> un\n---\n\n- un\n---',
    '`un\n---\n`\n\n<a title="beaucoup\n---\nde tirets"/>',
  ],
  'indented code': [
    '    un\n      deux',
    '- un\n\n    deux',
    '    <a/>\n    *b*\n\n    - un',
    'un\n    deux',
    '    :::cell{#x}\n    :::',
    '\n    \n    un\n    ',
  ],
  'fenced code': [
    '```\n<\n >\n```',
    '~~~\nun\n~~~',
    '``\nun\n``',
    '````\nun\n```\n``````',
    '```\n\n  \n```',
    '   ```\n   un\n  deux\n   ```',
    '> ```\n> un\n\ndeux',
    '~~~~    ruby startline=3 $%@#$\ndef un(x)\nend\n~~~~~~~',
    '``` un`deux\n```',
    '- ```\n  un\n  ```',
    '```text\n:::cell{#x}\n:::\n```',
  ],
  'html blocks': [
    '<table><tr><td>\n<pre>\n**un**,\n\n_deux_.\n</pre>\n</td></tr></table>',
    '<!-- un\n\ndeux -->\nsuite',
    '<?php\n\n  echo 1;\n\n?>\nsuite',
    '<!DOCTYPE html>',
    '<![CDATA[\nfunction x() {}\n]]>\nsuite',
    '<script type="text/javascript">\nalert(1)\n</script>',
    '<style\n  type="text/css">\nh1 {color:red;}\n</style>',
    '<div>\n*un*\n\n</div>',
    '<del>*un*</del>',
    '<i class="un">\n*deux*\n</i>',
    '<img src=x onerror=alert(1)>',
  ],
  'link references': [
    '[un]: /url "titre"\n\n[un]',
    "   [un]: \n      /url  \n           'le titre'  \n\n[un]",
    "[un]: /url 'titre\n\navec vide'\n\n[un]",
    '[un]:\n\n[un]',
    '[ΑΓΩ]: /φου\n\n[αγω]',
    '> [un]: /url\n\n[un]',
    '[un]: javascript:alert(1)\n\n[un]',
  ],
  paragraphs: [
    'un\n\n\ndeux',
    '  un\n deux',
    'un  \ndeux',
    'un\n             deux\n                      trois',
    '\n\n  \n',
    '   ',
    '',
  ],
  quotes: [
    '> # un\n> deux\n> trois',
    '># un\n>deux',
    '> un\ndeux',
    '> - un\n- deux',
    '>\n> un\n>  ',
    '> > > un\ndeux',
    '>     code\n\n>    pas de code',
  ],
  lists: [
    '- un\n\n deux',
    '1.  un\n\n    ```\n    deux\n    ```\n\n    > trois',
    '123456789. un\n1234567890. deux',
    '-1. un\n0. deux\n003. trois',
    '-\n  un\n-\n  ```\n  deux\n  ```\n-\n      trois',
    '*\n\nun\n*',
    '- un\n - deux\n  - trois\n   - quatre\n    - cinq',
    '- - un\n1. - 2. deux',
    '- un\n- deux\n+ trois\n\n1. un\n2) deux',
    '- un\n\n\n- deux\n\n<!-- -->\n\n- trois',
    '- [ ] un\n- [x] deux\n  1. [X] trois',
    '* a\n  > b\n  ```\n  c\n  ```\n- d',
  ],
  'code spans': [
    '`un`',
    '`` un ` deux ``',
    '` `` `',
    '`un\\`deux`',
    '`<a href="`">`',
    '```un``',
    '`un``deux`` `:::cell{#x}`',
  ],
  emphasis: [
    '*un* _deux_ **trois** __quatre__ ***cinq***',
    'a*"un"*  *(**un**)* _un_deux_ пристаням_стремятся_',
    '*un **deux*** **un *deux* trois** ****un****',
    '*un [deux*](/url) **a<https://x.example/?q=**>',
    '**un\ndeux** * a * ** b**',
  ],
  links: [
    '[un](/url "titre") [deux](/url) [trois]() [quatre](<>) [](./cible.md)',
    '[a](</un deux>) [b](un deux) [c](foo(et(bar))) [d](\\(un\\)) [e](#fragment) [f](url "titre "et" titre")',
    '[un [deux](/x)](/y) ![[[un](a)](b)](c)',
    '[un][deux] [Un][] [un]\n\n[deux]: /x\n[un]: /y',
    '[un](javascript:alert(1)) [deux](data:text/html,x) [trois](vbscript:x)',
  ],
  images: [
    '![un](/url "titre")',
    '![un *deux*][]\n\n[un *deux*]: train.jpg "x"',
    '![](/url) \\![un]',
    '![un](javascript:alert(1))',
  ],
  autolinks: [
    '<https://x.example?q=1&r=2> <irc://x.example:2233/un> <mailto:un@deux.example> <un+deux:x>',
    '<> <un deux> <m:abc> <foo.bar.baz>',
    'https://x.example/un:::deux www.x.example un@deux.example',
  ],
  'raw html': [
    '<a><bab><c2c> <a/><b2/> <a  /><b2\ndata="un" > </a></un >',
    '<33> <__> <a h*#ref="x"> < a><\nfoo>',
    'un <!-- commentaire --> <?php ?> <!ELEMENT br EMPTY> <![CDATA[>&<]]>',
  ],
  'line breaks': ['un  \ndeux\\\ntrois', '*un  \ndeux* `un  \ndeux`', '### un\\', 'un\ndeux \n trois'],
  'tables, strikes and notes of GitHub': [
    '| un | deux |\n|---|:-:|\n| a \\| b | `c \\| d` |\n| seul |\n\nsuite',
    '| un |\n|---|---|\n| a |',
    'a | b\n-|-\n:::cell{#x} | c',
    '~~un~~ ~deux~ ~~~trois~~~',
    'un[^1] et deux[^note]\n\n[^1]: première\n[^note]: seconde\n\n    suite\n\n[^libre]: jamais citée',
  ],
  'what looks like a directive and is not': [
    'à 10:30, voir redis://hôte:6379/0 et C:\\x, :smile: :un[deux]{#trois}',
    'texte :::cell{#x} au milieu\nsuite ::clock{start}',
    '`:::cell{#x}` et <!-- :::cell{#x} -->',
    ': un\n:\n: : :',
  ],
};

const cases = Object.entries(documents).flatMap(([kind, sources]) =>
  sources.map((source, index) => ({ name: `${kind}, ${index + 1}`, source })),
);

test('there are as many as in the specification’s table of contents', () => {
  expect(cases.length).toBeGreaterThan(100);
  expect(Object.keys(documents)).toHaveLength(20);
});

describe.each(cases)('$name', ({ source }) => {
  test('is formatted to itself, bare and under a front matter', () => {
    expectUnchanged(source);
  });

  test('runs nothing, and its page runs nothing either', async () => {
    await expectInert(source);
  });
});
