/*
 * The one style sheet of every page: sober, from system fonts, for screens light and dark, wide and narrow, and for paper.
 * Colours are those of the French State's design system, whose pairs have a contrast of 4.5 or more (WCAG AA).
 */

const SCREEN = `
:root{color-scheme:light dark;--paper:#fff;--raised:#f6f6f6;--ink:#161616;--soft:#555;--line:#ddd;--strong-line:#929292;
--blue:#000091;--blue-paper:#f5f5fe;--machine:#000091;--human:#c08c65;--human-line:#8a5a36;--idle:#929292;
--ok:#18753c;--ok-paper:#e3fbe9;--bad:#ce0500;--bad-paper:#ffe9e9;--warn:#a33500;--warn-paper:#fff0e6;--info:#0056b3;--info-paper:#e8edff;
--keyword:#6e1fb0;--string:#116329;--comment:#5c6370;--number:#8a3b00;--title:#0550ae}
@media (prefers-color-scheme:dark){:root{--paper:#161616;--raised:#222;--ink:#e9e9e9;--soft:#b3b3b3;--line:#3a3a3a;--strong-line:#808080;
--blue:#a9a9ff;--blue-paper:#20203a;--machine:#8585f6;--human:#d8a67e;--human-line:#e8c3a4;--idle:#808080;
--ok:#5fd38b;--ok-paper:#142f1f;--bad:#ff8f8c;--bad-paper:#3a1717;--warn:#ffa37a;--warn-paper:#3a2215;--info:#8ab4ff;--info-paper:#1a2542;
--keyword:#d2a8ff;--string:#9be9a8;--comment:#9aa2ad;--number:#ffb77c;--title:#8ab4ff}}
*{box-sizing:border-box}
html{font:100%/1.55 Marianne,system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%}
body{margin:0;overflow-wrap:break-word}
.skip{position:absolute;left:-99rem;top:0;padding:.75rem 1rem;background:var(--paper);color:var(--blue)}
.skip:focus{left:0;z-index:3}
a{color:var(--blue);text-underline-offset:.15em}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--info);outline-offset:2px}
main.sheet{padding-top:1rem}
.band{padding:.45rem 1.25rem;background:var(--blue);color:var(--paper);font-weight:700;letter-spacing:.08em}
.band.real{background:var(--bad)}
.band .rest{font-weight:400;letter-spacing:0}
.sheet{max-width:64rem;margin:0 auto;padding:0 1.25rem 4rem}
@media (min-width:82rem){.framed{display:grid;grid-template-columns:15rem minmax(0,64rem);gap:3rem;max-width:84rem;margin:0 auto;padding:0 1.25rem}
.framed .sheet{margin:0;padding:0 0 4rem}header.title,footer{max-width:84rem!important}.framed nav.toc{position:sticky;top:0;align-self:start;max-height:100vh;overflow:auto;padding:2rem 0;font-size:.875rem}}
header.title,footer{max-width:64rem;margin:0 auto;padding:2.5rem 1.25rem 1.5rem}
header.title{position:relative}header.title::after{content:"";position:absolute;left:1.25rem;right:1.25rem;bottom:0;border-bottom:2px solid var(--blue)}
.over{margin:0;color:var(--soft);font-size:.9375rem;letter-spacing:.02em}
h1{margin:.25rem 0 .5rem;font-size:2.1rem;line-height:1.2}
h2{margin:3.25rem 0 1rem;padding-top:.75rem;border-top:1px solid var(--line);font-size:1.5rem;line-height:1.25}
h3{margin:2rem 0 .75rem;font-size:1.2rem;line-height:1.3}
h4{margin:1.5rem 0 .5rem;font-size:1.05rem}
h5,h6{margin:1.25rem 0 .5rem;font-size:1rem}
p,ul,ol,dl,table,pre,blockquote,figure{margin:0 0 1rem}
.num{color:var(--soft);font-weight:400;font-variant-numeric:tabular-nums}
.muted{color:var(--soft)}
.small{font-size:.875rem}
nav.toc h2{margin:1.5rem 0 .5rem;padding:0;border:0;font-size:1rem}
nav.toc ol{list-style:none;margin:0;padding:0}
nav.toc ol ol{padding-left:1rem}
nav.toc li{margin:.2rem 0}
nav.toc a{text-decoration:none}
nav.toc a:hover{text-decoration:underline}
@media (max-width:81.99rem){nav.toc{max-width:64rem;margin:0 auto;padding:0 1.25rem;font-size:.875rem}nav.toc>ol{columns:3 10rem}}
.tags{display:flex;flex-wrap:wrap;gap:.4rem;list-style:none;margin:.75rem 0 0;padding:0}
.tag{display:inline-block;padding:.1rem .55rem;border:1px solid var(--strong-line);border-radius:1rem;font-size:.8125rem;line-height:1.5}
.tag.mode{border-color:var(--blue);background:var(--blue);color:var(--paper);font-weight:700;letter-spacing:.05em}
.tag.mode.real{border-color:var(--bad);background:var(--bad)}
.tag.caution{border-color:var(--warn);color:var(--warn)}
.status{white-space:nowrap;font-weight:700}
.status.passed,.status.confirmed,.status.met,.status.ok{color:var(--ok)}
.status.failed,.status.missed,.status.bad{color:var(--bad)}
.status.doubtful,.status.done-by-hand,.status.not-measured,.status.warn{color:var(--warn)}
.status.skipped,.status.not-reached,.status.running,.status.presented,.status.no-objective{color:var(--soft)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:1rem;margin:0 0 1.5rem;padding:0;list-style:none}
.card{padding:1rem 1.1rem;border:1px solid var(--line);border-top:4px solid var(--blue);background:var(--paper)}
.card.ok{border-top-color:var(--ok)}.card.bad{border-top-color:var(--bad)}.card.warn{border-top-color:var(--warn)}
.card p{margin:0 0 .35rem}
.card .label{color:var(--soft);font-size:.875rem}
.card .value{font-size:1.6rem;font-weight:700;line-height:1.2;font-variant-numeric:tabular-nums}
.callout{margin:0 0 1rem;padding:.75rem 1rem;border-left:4px solid var(--info);background:var(--info-paper)}
.callout.caution{border-color:var(--warn);background:var(--warn-paper)}
.callout p:last-child,.callout ul:last-child{margin:0}
dl.sheet-list{display:grid;grid-template-columns:minmax(10rem,18rem) minmax(0,1fr);margin:0 0 1.5rem;border-top:1px solid var(--line)}
dl.sheet-list>div{display:contents}
dl.sheet-list dt,dl.sheet-list dd{margin:0;padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line)}
dl.sheet-list dt{color:var(--soft)}
@media (max-width:40rem){h1{font-size:1.65rem}h2{font-size:1.3rem}dl.sheet-list{grid-template-columns:minmax(0,1fr)}dl.sheet-list dt{padding-bottom:0;border:0;font-size:.875rem}}
.scroll{overflow-x:auto;margin:0 0 1.5rem}
table{width:100%;border-collapse:collapse;font-size:.9375rem}
.scroll table{margin:0}
caption{padding:0 0 .5rem;text-align:left;font-weight:700}
th,td{overflow-wrap:anywhere;padding:.5rem .65rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
tbody th{overflow-wrap:break-word}tbody th.wide{min-width:11rem}.checks{white-space:nowrap}
thead th{overflow-wrap:normal;border-bottom:2px solid var(--blue);background:var(--raised);font-size:.875rem;white-space:nowrap}
tbody th{font-weight:400}
tr.group th{padding-top:1rem;background:none;font-weight:700;border-bottom:1px solid var(--strong-line)}
td.time,.time{font-variant-numeric:tabular-nums;white-space:nowrap}
td p,td ul,td ol,th p{margin:0 0 .25rem}
td ul{padding-left:1.1rem}
code,pre,.mono{font-family:ui-monospace,"Cascadia Mono","DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.875em}
.hash{overflow-wrap:anywhere}
dd ul{margin:0;padding-left:1.1rem}
:not(pre)>code{padding:.05em .3em;border-radius:3px;background:var(--raised)}
pre{padding:.8rem 1rem;overflow-x:auto;border:1px solid var(--line);background:var(--raised);line-height:1.45;tab-size:2}
pre.output{white-space:pre-wrap;overflow-wrap:anywhere}
blockquote{padding:.25rem 0 .25rem 1rem;border-left:4px solid var(--strong-line);color:var(--soft)}
details{margin:0 0 1rem}
summary{cursor:pointer;padding:.25rem 0;font-size:.9375rem}
details>summary{color:var(--blue)}
.hljs-keyword,.hljs-literal,.hljs-built_in,.hljs-type{color:var(--keyword)}
.hljs-string,.hljs-regexp,.hljs-addition{color:var(--string)}
.hljs-comment,.hljs-meta{color:var(--comment);font-style:italic}
.hljs-number,.hljs-symbol,.hljs-variable{color:var(--number)}
.hljs-title,.hljs-attr,.hljs-name,.hljs-property{color:var(--title)}
.hljs-deletion{color:var(--bad)}
.timeline{margin:0 0 1.5rem}
.timeline .row{display:grid;grid-template-columns:minmax(7rem,15rem) minmax(0,1fr);gap:.75rem;align-items:center;padding:.3rem 0;border-bottom:1px solid var(--line)}
.timeline .row.all{border-bottom:2px solid var(--strong-line)}
.timeline .name{font-size:.875rem;line-height:1.25}
.timeline svg{display:block;width:100%;height:1.5rem;background:var(--raised)}
.timeline .axis{display:flex;justify-content:space-between;font-size:.8125rem;color:var(--soft);font-variant-numeric:tabular-nums}
@media (max-width:40rem){.timeline .row{grid-template-columns:minmax(0,1fr);gap:.2rem}.timeline .row.axis-row .name{display:none}.timeline .axis .minor{display:none}}
.bar.machine{fill:var(--machine)}.bar.human{fill:var(--human);stroke:var(--human-line);stroke-width:1;vector-effect:non-scaling-stroke}
.idle{stroke:var(--idle);stroke-width:3;vector-effect:non-scaling-stroke}.idle.between{stroke-width:1}.idle.paused{stroke-dasharray:8 4}.idle.stopped{stroke-dasharray:2 4}.idle.before{stroke-width:5;stroke:var(--strong-line);opacity:.55}
.limit{stroke:var(--bad);stroke-width:2;vector-effect:non-scaling-stroke}
.cutmark{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:2 2;vector-effect:non-scaling-stroke}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.5rem 0 0;padding:0;list-style:none;font-size:.875rem}
.legend svg{display:inline-block;width:1.6rem;height:1rem;margin-right:.4rem;vertical-align:-.15rem;background:none}
.measure{margin:0 0 1rem}
.measure>svg{display:block;width:100%;height:1.75rem;background:var(--raised)}
.document h3:first-child{margin-top:1rem}
.section-note{display:inline-block;margin:0 0 1rem;padding:.15rem .6rem;border:1px dashed var(--strong-line);font-size:.875rem;color:var(--soft)}
article.step{margin:1.25rem 0 1.75rem;border:1px solid var(--line);border-left:4px solid var(--blue)}
article.step.manual{border-left-color:var(--human-line)}
article.step.check{border-left-color:var(--ok)}
article.step.undo,article.step.probe{border-left-color:var(--idle)}
article.step>header{display:flex;flex-wrap:wrap;gap:.35rem .75rem;align-items:baseline;padding:.6rem 1rem;background:var(--raised);font-size:.875rem}
article.step>header .kind{font-weight:700}
article.step>header .id{font-family:ui-monospace,"DejaVu Sans Mono",monospace}
article.step>header .destroy{color:var(--bad);font-weight:700}
article.step>.body{padding:.85rem 1rem 0}
.record{margin:0;padding:.75rem 1rem .25rem;border-top:1px solid var(--line);background:var(--blue-paper)}
.record+.record{border-top:1px dashed var(--strong-line)}
.record.failed,.record.doubtful{background:var(--bad-paper)}
.record .headline{margin:0 0 .5rem}
.record ul{padding-left:1.25rem}
.record li{margin:.15rem 0}
.record .said{white-space:pre-line}
.record .attempt{margin:0 0 .5rem}
.items{list-style:none;padding-left:0!important}
.visas td:last-child{height:4.5rem;width:45%}
footer{color:var(--soft);font-size:.875rem}
main>section:first-child>h2{border:0;margin-top:1.5rem}
ul.contains-task-list{list-style:none;padding-left:0}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
`;

const PRINT = `
@media print{:root{color-scheme:light;--paper:#fff;--raised:#f6f6f6;--ink:#161616;--soft:#555;--line:#ccc;--strong-line:#808080;--blue:#000091;--blue-paper:#f5f5fe;
--machine:#000091;--human:#c08c65;--human-line:#8a5a36;--idle:#929292;--ok:#18753c;--ok-paper:#fff;--bad:#ce0500;--bad-paper:#fff5f5;--warn:#a33500;--warn-paper:#fff8f3;--info:#0056b3;--info-paper:#f5f7ff;
--keyword:#6e1fb0;--string:#116329;--comment:#5c6370;--number:#8a3b00;--title:#0550ae}
html{font-size:9.5pt;line-height:1.4}
.sheet,.framed,nav.toc,header.title,footer{max-width:none!important;margin:0;padding:0;display:block}
header.title{padding:1rem 0 1.25rem!important}header.title::after{left:0;right:0}
.skip{display:none}
nav.toc{break-after:page;padding-top:1rem}
nav.toc>ol{columns:1}
h1{font-size:20pt}h2{font-size:14pt;margin-top:1.6rem}h3{font-size:12pt}
h1,h2,h3,h4,h5,h6,caption,summary{break-after:avoid}
tr,.card,.callout,.timeline,.measure,.visas tr,article.step>header,.headline{break-inside:avoid}
thead{display:table-header-group;break-after:avoid}
tbody:first-of-type>tr:first-child,tr.group+tr{break-before:avoid}
tr.group{break-after:avoid}
.scroll{overflow:visible}
table{font-size:8.5pt}
thead th{white-space:normal}
th,td{padding:.3rem .4rem}
tbody th{overflow-wrap:anywhere}tbody th.wide{min-width:24mm}.checks{white-space:normal}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:8pt}
details::details-content{content-visibility:visible;display:block;height:auto}
summary{list-style:none}
summary::-webkit-details-marker{display:none}
.band,.tag.mode,.bar,.idle,.card,thead th,.record,article.step>header,.callout,.timeline svg,.measure svg,.legend svg{-webkit-print-color-adjust:exact;print-color-adjust:exact}
a{color:inherit;text-decoration:none}
.document{break-before:page}
.document>h2{margin-top:0;border:0}}
`;

/** The words of the page's margins on paper; they are ours or were checked to be plain. */
export interface Margins {
  readonly left: string;
  readonly right: string;
  readonly page: string;
}

/** The style sheet; `margins` stand at the head of every printed page. */
export function styleSheet(margins: Margins): string {
  const text = (value: string) => `"${value.replace(/[^\p{L}\p{N} .,:_()«»’·–—-]/gu, ' ')}"`;
  const paper = `@page{size:A4;margin:20mm 16mm 18mm;@top-left{content:${text(margins.left)};font:8pt sans-serif;color:#555}
@top-right{content:${text(margins.right)};font:bold 8pt sans-serif;color:#161616}
@bottom-right{content:${text(`${margins.page} `)} counter(page) " / " counter(pages);font:8pt sans-serif;color:#555}}`;
  return `${SCREEN}${paper}${PRINT}`.replace(/\n+/g, '\n').trim();
}
