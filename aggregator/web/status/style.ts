/** The one style sheet of status pages: it stands in the page, whose policy names its hash. */
import { createHash } from "node:crypto";

/** The style sheet. Colour is never the only sign: every state has a word and a mark. */
export const STATUS_STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f6;--card:#fff;--ink:#17201b;--soft:#59655e;--line:#dde3df;
--operational:#1f7a4d;--degraded:#9a6a00;--regional:#b4540a;--outage:#b3261e;--recovering:#2a6f97;
--maintenance:#2f5fb3;--unknown:#6b756f;--bar-operational:#35a56c;--bar-degraded:#e0a526;
--bar-outage:#d23b30;--bar-maintenance:#5b8def;--bar-unknown:#c3cac6;--accent:#1f7a4d}
@media (prefers-color-scheme:dark){:root{--bg:#101412;--card:#191f1c;--ink:#e8eeea;--soft:#9fada5;
--line:#2c3530;--operational:#63d198;--degraded:#f0c45c;--regional:#f7a35c;--outage:#ff8a80;
--recovering:#7fc4ea;--maintenance:#9bbcff;--unknown:#a5b0aa;--bar-operational:#2f8f5e;
--bar-degraded:#c8942a;--bar-outage:#e0524a;--bar-maintenance:#4a78d1;--bar-unknown:#45504a;
--accent:#63d198}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans CJK SC",sans-serif}
a{color:var(--accent)}
a:focus-visible,summary:focus-visible,input:focus-visible,button:focus-visible{
outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-999px}
.skip:focus{left:16px;top:16px;background:var(--card);padding:8px 12px;z-index:1}
header,main,footer{max-width:860px;margin:0 auto;padding:0 20px}
header{padding-top:40px;display:flex;align-items:center;gap:16px}
header img{max-height:48px;max-width:200px;display:block}
h1{font-size:1.5rem;line-height:1.25;margin:0;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:36px 0 12px}
h3{font-size:1rem;margin:0;overflow-wrap:anywhere}
h4{font-size:1rem;margin:12px 0 4px}
p{margin:8px 0}
.about{color:var(--soft);margin-top:14px}
.about p{margin:4px 0}
.banner{margin:24px 0 0;padding:18px 20px;border-radius:12px;background:var(--card);
border:1px solid var(--line);border-left:8px solid var(--level);display:flex;flex-wrap:wrap;
gap:4px 14px;align-items:baseline}
.banner strong{font-size:1.2rem;flex:1 1 260px}
.banner time{color:var(--soft);font-size:.875rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;margin:0 0 12px;
padding:0 20px}
.item{padding:16px 0;border-top:1px solid var(--line)}
.item:first-child{border-top:0}
.row{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:baseline;justify-content:space-between}
.level{color:var(--level);font-weight:600;font-size:.9375rem;white-space:nowrap}
.level::before,.banner strong::before{content:var(--mark) / "";color:var(--level);
margin-right:.45em;font-weight:700}
.operational{--level:var(--operational);--mark:"\\2713"}
.degraded{--level:var(--degraded);--mark:"\\25BC"}
.regional{--level:var(--regional);--mark:"\\25D0"}
.outage{--level:var(--outage);--mark:"\\2715"}
.recovering{--level:var(--recovering);--mark:"\\2197"}
.maintenance{--level:var(--maintenance);--mark:"\\25A0"}
.unknown{--level:var(--unknown);--mark:"?"}
.where{color:var(--soft);font-size:.9375rem;margin:2px 0 0}
.bars{display:block;width:100%;height:34px;margin:12px 0 4px}
.b-operational{fill:var(--bar-operational)}.b-degraded{fill:var(--bar-degraded)}
.b-outage{fill:var(--bar-outage)}.b-maintenance{fill:var(--bar-maintenance)}
.b-unknown{fill:var(--bar-unknown)}
.scale{display:flex;justify-content:space-between;gap:8px;color:var(--soft);font-size:.8125rem}
details{margin-top:4px;font-size:.875rem;color:var(--soft)}
summary{cursor:pointer;width:fit-content}
details ul,.steps{margin:6px 0 0;padding:0;list-style:none}
.steps li{padding:6px 0 6px 16px;border-left:3px solid var(--level)}
.steps time,.when{color:var(--soft);font-size:.875rem}
.text{overflow-wrap:anywhere}
.text pre{overflow-x:auto;background:var(--bg);padding:10px;border-radius:8px}
.text blockquote{margin:8px 0;padding-left:12px;border-left:3px solid var(--line);color:var(--soft)}
.notice{border-left:6px solid var(--level)}
.quiet{color:var(--soft)}
footer{padding-top:28px;padding-bottom:48px;color:var(--soft);font-size:.875rem;display:flex;
flex-wrap:wrap;gap:6px 18px}
form{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px;
margin:24px 0;max-width:420px}
label{display:block;font-weight:600;margin-bottom:6px}
input{width:100%;padding:10px 12px;font:inherit;color:var(--ink);background:var(--bg);
border:1px solid var(--soft);border-radius:8px}
button{margin-top:14px;padding:10px 16px;font:inherit;font-weight:600;color:var(--card);
background:var(--ink);border:0;border-radius:8px;cursor:pointer}
.wrong{color:var(--outage);font-weight:600}
@media (max-width:480px){header{padding-top:24px;flex-direction:column;align-items:flex-start}
.banner{padding:14px 16px}.card{padding:0 14px}
header,main,footer{padding-left:14px;padding-right:14px}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media print{body{background:#fff;color:#000}.card,.banner{break-inside:avoid}}
`;

const STYLE_HASH = createHash("sha256").update(STATUS_STYLE).digest("base64");

/** Nothing runs, nothing is fetched: one style sheet, pictures within the page, one form. */
export const STATUS_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "img-src data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");
