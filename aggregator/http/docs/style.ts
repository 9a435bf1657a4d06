/** How the docs look: the colours of the dashboard, light and dark, wide and narrow. */

const COLOURS = `
:root {
  color-scheme: light dark;
  --bg: light-dark(#f6f6f3, #111213); --surface: light-dark(#fff, #18191b);
  --line: light-dark(#e5e4df, #292b2e); --line-strong: light-dark(#cfcec8, #3c3f43);
  --text: light-dark(#1b1b19, #e9e8e4); --soft: light-dark(#5d5c56, #a2a19a);
  --accent: light-dark(#1f6b4a, #6fcf9f); --hover: light-dark(#efefea, #1f2123);
  --code: light-dark(#f0f0eb, #202225); --focus: light-dark(#2f6fdd, #7aa7ff);
  --get: light-dark(#1c6a8a, #6cc3e2); --post: light-dark(#1f6b4a, #6fcf9f);
  --put: light-dark(#8a5200, #f0bd63); --patch: light-dark(#8a5200, #f0bd63);
  --delete: light-dark(#b01d1d, #ff8d88);
}`;

const TEXT = `
*, ::before, ::after { box-sizing: border-box; }
html { scroll-padding-top: 20px; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--bg); color: var(--text);
  font: 400 15px/1.55 "Inter", system-ui, sans-serif; -webkit-font-smoothing: antialiased; }
h1, h2, h3, h4, p, ul, dl, dd, pre, table { margin: 0; padding: 0; }
ul { list-style: none; }
h1 { font-size: 26px; line-height: 1.2; font-weight: 650; letter-spacing: -.015em; }
h2 { font-size: 19px; line-height: 1.3; font-weight: 620; letter-spacing: -.01em; }
h3 { font-size: 12px; font-weight: 600; color: var(--soft); margin: 22px 0 6px; }
a { color: var(--accent); text-underline-offset: 2px; text-decoration-thickness: 1px; }
a:focus-visible, summary:focus-visible, pre:focus-visible { outline: 2px solid var(--focus);
  outline-offset: 2px;
  border-radius: 3px; }
code, pre { font: 13px/1.5 ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; }
code { font-size: .88em; background: var(--code); padding: .08em .32em; border-radius: 4px;
  overflow-wrap: anywhere; }
pre { background: var(--code); border-radius: 8px; padding: 12px 14px; overflow-x: auto;
  tab-size: 2; font-size: 12.5px; }
pre code { background: none; padding: 0; font-size: inherit; overflow-wrap: normal; }
.soft { color: var(--soft); }
.lead { font-size: 17px; line-height: 1.5; color: var(--soft); max-width: 62ch;
  margin-top: 10px; }`;

const LAYOUT = `
.frame { display: grid; grid-template-columns: 232px minmax(0, 1fr); min-height: 100vh; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 26px 14px 40px 22px;
  border-right: 1px solid var(--line); font-size: 14px; }
nav .home { display: block; font-weight: 650; font-size: 16px; color: var(--text);
  text-decoration: none; padding: 0 8px 14px; }
nav .home span { font-weight: 400; color: var(--soft); font-size: 13px; }
nav ul a { display: block; padding: 4px 8px; border-radius: 6px; color: var(--soft);
  text-decoration: none; }
nav ul a:hover { background: var(--hover); color: var(--text); }
nav a[aria-current="page"] { color: var(--text); font-weight: 600; background: var(--hover); }
nav ul + ul { margin-top: 14px; padding-top: 12px; border-top: 1px solid var(--line); }
main { padding: 44px 48px 96px; max-width: 1240px; min-width: 0; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 12px; top: 12px; background: var(--surface); padding: 6px 10px; z-index: 1; }
.operation { display: grid; grid-template-columns: minmax(0, 11fr) minmax(0, 9fr); gap: 0 44px;
  padding: 40px 0 44px; border-top: 1px solid var(--line); }
.operation > header { grid-column: 1 / -1; margin-bottom: 2px; }
.operation .samples { position: sticky; top: 20px; align-self: start; }
.samples h3:first-child { margin-top: 14px; }
.samples pre { max-height: 62vh; overflow: auto; }
.told p + .fields { margin-top: 8px; }
.where { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: baseline; margin-top: 6px; }
.where code { background: none; padding: 0; font-size: 14px; }
.where .scope code { font-size: 13px; }
.where .scope { font-size: 13px; color: var(--soft); }
.method { font: 600 12px/1.5 ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; }
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); }
.patch { color: var(--patch); } .delete { color: var(--delete); }
.told > p { max-width: 66ch; }
.told > p:first-child { margin-top: 12px; }
.anchor { color: inherit; text-decoration: none; }
.anchor:hover { text-decoration: underline; }`;

const PARTS = `
.fields { border-top: 1px solid var(--line); }
.fields > li { border-bottom: 1px solid var(--line); padding: 8px 0; font-size: 14px; }
.fields .name { font: 600 13px/1.5 ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace;
  overflow-wrap: anywhere; }
.fields .type { color: var(--soft); font-size: 13px; margin-left: 6px; overflow-wrap: anywhere; }
.fields .must { color: var(--delete); font-size: 12px; margin-left: 6px; }
.fields .words { margin-top: 1px; }
.fields .bounds { color: var(--soft); font-size: 13px; }
.fields .fields { margin: 8px 0 2px; border-left: 2px solid var(--line); padding-left: 14px;
  border-top: 0; }
.fields .fields > li:last-child { border-bottom: 0; }
details > summary { cursor: pointer; color: var(--accent); font-size: 13px; margin-top: 4px;
  width: fit-content; }
.answers > li { border-bottom: 1px solid var(--line); padding: 8px 0; font-size: 14px;
  display: grid; grid-template-columns: 44px minmax(0, 1fr); }
.answers { border-top: 1px solid var(--line); }
.answers .status { font: 600 13px/1.65 ui-monospace, "DejaVu Sans Mono", monospace; }
.answers .bad { color: var(--soft); font-weight: 400; }
.group { margin-top: 40px; }
.notes + .group { margin-top: 14px; }
.group > p { color: var(--soft); }
.index.contents { margin: 26px 0 34px; }
.index { margin-top: 10px; border-top: 1px solid var(--line); }
.index li { border-bottom: 1px solid var(--line); }
.index a { display: grid; grid-template-columns: 64px minmax(0, 4fr) minmax(0, 5fr); gap: 0 14px;
  padding: 7px 6px; color: inherit; text-decoration: none; align-items: baseline; }
.index a:hover { background: var(--hover); }
.index code { background: none; padding: 0; }
.index .what { color: var(--soft); font-size: 14px; }
.notes { columns: 400px 2; column-gap: 48px; margin-top: 36px; }
.notes section { break-inside: avoid; padding-bottom: 30px; }
.notes h2 { font-size: 16px; margin-bottom: 4px; }
.notes p, .notes li { font-size: 14px; }
.notes pre { margin-top: 8px; }
.schema { padding: 36px 0 8px; max-width: 820px; }
.schema .fields { margin-top: 12px; }`;

const NARROW = `
@media (max-width: 1080px) {
  .operation { grid-template-columns: minmax(0, 1fr); }
  .operation .samples { position: static; }
  main { padding: 36px 32px 80px; }
}
@media (max-width: 760px) {
  .frame { display: block; }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line);
    padding: 16px 16px 12px; }
  nav .home { padding: 0 0 10px; }
  nav ul { display: flex; gap: 4px; overflow-x: auto; scrollbar-width: none; margin: 0 -16px;
    padding: 0 16px; }
  nav ul + ul { margin: 4px -16px 0; padding: 4px 16px 0; border-top: 0; }
  nav ul a { padding: 7px 11px; white-space: nowrap; }
  main { padding: 26px 16px 64px; }
  h1 { font-size: 23px; }
  .operation { padding: 30px 0 34px; }
  .index a { grid-template-columns: 56px minmax(0, 1fr); padding: 9px 0; }
  .index .what { grid-column: 2; }
}
@media print {
  nav { display: none; } .frame { display: block; }
  .operation { break-inside: avoid; display: block; }
}`;

/** The style sheet of every page. */
export const STYLE = [COLOURS, TEXT, LAYOUT, PARTS, NARROW].join("\n");
