/** Makes the dashboard's files beside the built programs; `npm run build` runs this. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { bundleDashboard } from "./bundle.ts";

const folder = fileURLToPath(new URL("./files/", import.meta.url));
for (const { path, body } of await bundleDashboard("aggregator/web/app")) {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, body);
  if (path.endsWith(".woff2")) continue;
  writeFileSync(`${file}.gz`, gzipSync(body, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(body));
}
