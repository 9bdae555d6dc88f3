/*
 * What the page of a plan adds to the style sheet of every page: the kinds of steps, commands that one click selects, a way
 * back to the contents on a phone, the addresses of links on paper. Its colours are those of the shared sheet, so that their contrasts hold here as well.
 */

/** Follows the shared style sheet. */
export const pageStyle = `
.plan article.step{border-left-width:6px}
.plan article.step.manual{border-left-style:double}
.plan article.step.check{border-left-style:solid}
.plan article.step.probe{border-left-style:dotted;border-left-color:var(--info)}
.plan article.step.undo{border-left-style:dashed;border-left-color:var(--strong-line)}
.plan article.step>header{align-items:center;line-height:1.4}
.plan article.step:target{outline:3px solid var(--info);outline-offset:2px}
.plan article.step>header .name{flex-basis:100%}
.plan a.id{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-weight:700;text-decoration:none;padding:.2rem 0;overflow-wrap:anywhere}
.plan a.id:hover{text-decoration:underline}
.kind.cell,.kind.manual,.kind.check,.kind.probe,.kind.undo{display:inline-block;margin-right:.35rem;padding:.05rem .5rem;border:1px solid;border-radius:.2rem;font-size:.8125rem;font-weight:700;white-space:nowrap}
.kind.cell{color:var(--blue)}.kind.manual{color:var(--warn)}.kind.check{color:var(--ok)}.kind.probe{color:var(--info)}.kind.undo{color:var(--soft)}
p.source{margin:0 0 1rem;color:var(--soft);font-size:.8125rem;overflow-wrap:anywhere}
.source+.source{margin-top:-.75rem}
ul.kinds{list-style:none;padding:0}
ul.kinds li{margin:.4rem 0}

.plan article.step.destroy{border-left-color:var(--bad)}
.plan .scroll th,.plan .scroll td{overflow-wrap:break-word}
.plan .scroll tbody th,.plan .scroll td:last-child{min-width:8rem}
.took{color:var(--soft);font-variant-numeric:tabular-nums}
.plan pre{-webkit-user-select:all;user-select:all}
.plan details pre{-webkit-user-select:text;user-select:text}
.plan .option{white-space:nowrap}
.plan summary{padding:.35rem 0}
.plan>section>h2{font-size:1.7rem;border-top:3px solid var(--blue)}
.plan h3{margin-top:2.5rem;font-size:1.4rem}
.plan h4{margin-top:2rem;font-size:1.2rem}
.plan h5{margin-top:1.75rem;font-size:1.05rem}
nav.toc a{display:inline-block;padding:.1rem 0}
nav.back{position:fixed;right:.75rem;bottom:.75rem;z-index:2}
nav.back a{display:block;padding:.6rem .9rem;border:1px solid var(--strong-line);border-radius:.3rem;background:var(--paper);text-decoration:none}
nav.back a:focus-visible{outline:3px solid var(--info);outline-offset:2px}
@media (min-width:82rem){nav.back{display:none}}
@media (max-width:40rem){.plan>section>h2{font-size:1.45rem}.plan h3{font-size:1.25rem}.plan h4{font-size:1.1rem}nav.toc>ol{columns:1}nav.toc ol ol ol{display:none}nav.toc li{margin:.35rem 0}nav.toc a{padding:.25rem 0}
article.step>.body,article.step>header{padding-left:.75rem!important;padding-right:.75rem!important}footer{padding-bottom:4.5rem}.plan pre{white-space:pre-wrap;overflow-wrap:anywhere}}
@media print{nav.back{display:none}.plan>section>h2{font-size:16pt}.plan h3{font-size:13pt;margin-top:1.4rem}.plan h4{font-size:11.5pt}.plan h5{font-size:10.5pt}
.plan>section{break-before:page}.plan>section>h2{margin-top:0}
.plan article.step{box-decoration-break:clone}
.plan article.step>header,.plan article.step .body>p:first-child{break-after:avoid}
.plan pre,.plan .contains-task-list li{break-inside:avoid}
.plan details pre{break-inside:auto}
.plan a[href^="http"]::after{content:" (" attr(href) ")";font-weight:400;overflow-wrap:anywhere}
.kind{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`
  .replace(/\n+/g, '\n')
  .trim();
