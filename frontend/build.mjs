// Builds what a browser is sent: one style sheet, one script for every page, one each for maps and networks.
// Names carry a hash of their content, so that a browser may keep them for ever; manifest.json tells the hashes.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import * as sass from "sass";

const OUT = join(import.meta.dirname, "..", "src", "kithmap", "web", "static");
const COMPRESSIBLE = /\.(css|js|mjs|svg|json)$/;
const manifest = {};

function put(name, content) {
  const body = Buffer.from(content);
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 12);
  const hashed = name.replace(/(\.[a-z]+)$/, `.${hash}$1`);
  writeFileSync(join(OUT, hashed), body);
  if (COMPRESSIBLE.test(name)) {
    writeFileSync(join(OUT, `${hashed}.gz`), gzipSync(body, { level: 9 }));
    writeFileSync(join(OUT, `${hashed}.br`), brotliCompressSync(body));
  }
  manifest[name] = hashed;
  return { hashed, gz: gzipSync(body, { level: 9 }).length };
}

async function script(name, defined = {}) {
  const built = await esbuild.build({
    entryPoints: [join(import.meta.dirname, "scripts", name)],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    define: defined,
    write: false,
  });
  return put(name, built.outputFiles[0].contents);
}

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
const modules = join(import.meta.dirname, "node_modules");
const css = sass.compile(join(import.meta.dirname, "styles", "kithmap.scss"), {
  loadPaths: [import.meta.dirname, modules],
  style: "compressed",
  quietDeps: true,
  silenceDeprecations: ["import"],
});
const sizes = { "kithmap.css": put("kithmap.css", css.css).gz };
sizes["kithmap.js"] = (await script("kithmap.js")).gz;
// Only on the pages of places and groups, and of these only when somebody asks for it.
for (const name of ["figures.js", "map.js", "network.js"]) sizes[name] = (await script(name)).gz;
const worker = readFileSync(join(modules, "maplibre-gl", "dist", "maplibre-gl-worker.mjs"), "utf8");
sizes["map-worker.js"] = put("map-worker.js", worker.replace(/^\/\/# sourceMappingURL=.*$/m, "")).gz;
sizes["map.css"] = put("map.css", readFileSync(join(modules, "maplibre-gl", "dist", "maplibre-gl.css"))).gz;
put("icon.svg", readFileSync(join(import.meta.dirname, "icon.svg")));
writeFileSync(join(OUT, "manifest.json"), JSON.stringify(manifest, null, 1));
for (const [name, size] of Object.entries(sizes)) console.log(`${name}: ${(size / 1000).toFixed(1)} kB gz`);
