/** Bundles the dashboard: one page, its scripts, styles and fonts, under names by their content. */
import { basename, join } from "node:path";
import { QuorateError } from "../../shared/errors.ts";

/** A file of the dashboard. */
export interface DashboardFile {
  /** Such as `index.html` or `assets/main-4F2A.js`. */
  path: string;
  body: Uint8Array;
}

/** Scripts of the first page that are loaded at once; the others wait until they are needed. */
const ENTRIES = ["main", "style"] as const;

/** Bundles what stands in a folder; needs esbuild, which only the source tree has. */
export async function bundleDashboard(folder: string): Promise<DashboardFile[]> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [join(folder, "main.tsx"), join(folder, "style/style.css")],
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    outdir: "assets",
    bundle: true,
    splitting: true,
    format: "esm",
    target: ["es2022"],
    minify: true,
    write: false,
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    loader: { ".woff2": "file", ".svg": "file" },
    publicPath: "/assets",
    logLevel: "silent",
  });
  const files = outputFiles.map(({ path, contents }) => {
    return { path: `assets/${basename(path)}`, body: contents };
  });
  return [{ path: "index.html", body: Buffer.from(page(files)) }, ...files];
}

function page(files: readonly DashboardFile[]): string {
  const [script, style] = ENTRIES.map((name) => {
    const ending = name === "main" ? "js" : "css";
    const found = files.find(({ path }) => new RegExp(`/${name}-\\w+\\.${ending}$`).test(path));
    if (found === undefined) throw new QuorateError("internal", `The bundle lacks ${name}.`);
    return found.path;
  });
  const font = files.find(({ path }) => /\/inter-latin-wght/.test(path))?.path;
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8"><title>Quorate</title>',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<link rel="icon" href="/favicon.svg" type="image/svg+xml">',
    `<link rel="preload" href="/${font}" as="font" type="font/woff2" crossorigin>`,
    `<link rel="stylesheet" href="/${style}">`,
    `<script type="module" src="/${script}"></script>`,
    "</head><body>",
    "<noscript>The dashboard of Quorate needs JavaScript. Without it: the command line, the API,",
    'and <a href="/openapi.json">its document</a>.</noscript>',
    '<div id="app"></div></body></html>',
    "",
  ].join("\n");
}
