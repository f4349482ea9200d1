// Builds everything a browser loads into src/nesthaus/web/, which a released wheel contains.

import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzip } from "node:zlib";
import { promisify } from "node:util";
import react from "@vitejs/plugin-react";
import { minify } from "terser";
import { build } from "vite";

const root = new URL("./", import.meta.url);
const path = (name) => fileURLToPath(new URL(name, root));
const web = path("src/nesthaus/web/");

const [, version] = (await readFile(path("pyproject.toml"), "utf8")).match(/^version = "(.+)"$/m);
const common = {
  configFile: false,
  logLevel: "warn",
  define: { __VERSION__: JSON.stringify(version) },
};

async function tracker(entry, format, fileName, isMinified = true) {
  await build({
    ...common,
    root: path("tracker/"),
    build: {
      outDir: web,
      emptyOutDir: false,
      target: "es2022",
      minify: isMinified,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: path(`tracker/src/${entry}`),
        preserveEntrySignatures: "strict",
        output: { format, entryFileNames: fileName },
      },
    },
  });
  if (!isMinified) return;
  // What Vite's minifier has left is 2 % smaller after Terser, compressed: the most that fits 4 KB.
  const built = await readFile(web + fileName, "utf8");
  const compress = { passes: 4, unsafe_arrows: true, pure_getters: true };
  const options = { ecma: 2020, module: format === "es", compress };
  await writeFile(web + fileName, (await minify(built, options)).code);
}

async function page(folder, name, plugins = []) {
  await build({
    ...common,
    root: path(`${folder}/`),
    base: `/${name}/`,
    plugins,
    build: {
      outDir: `${web}${name}`,
      emptyOutDir: true,
      target: "es2022",
      assetsInlineLimit: 0, // a strict Content-Security-Policy knows no data: addresses
      chunkSizeWarningLimit: 700, // the charts, which a page loads when it draws one
      modulePreload: { polyfill: false },
    },
  });
  await pack(`${web}${name}/assets/`);
}

/** Beside each file that shrinks its smaller copy, for browsers that take it. */
async function pack(folder) {
  for (const name of await readdir(folder))
    if (/\.(js|css|svg)$/.test(name))
      await writeFile(
        `${folder}${name}.gz`,
        await promisify(gzip)(await readFile(folder + name), { level: 9 }),
      );
}

async function documentation() {
  await mkdir(`${web}docs`, { recursive: true });
  for (const name of ["swagger-ui.css", "swagger-ui-bundle.js"])
    await cp(path(`node_modules/swagger-ui-dist/${name}`), `${web}docs/${name}`);
  for (const name of ["index.html", "init.js"])
    await cp(path(`api-docs/${name}`), `${web}docs/${name}`);
}

/** The licences of what the pages contain, and of what that needs in turn. */
async function licences() {
  await mkdir(`${web}licences`, { recursive: true });
  const done = new Set();
  const copy = async (name, neededBy) => {
    const own = `${neededBy}node_modules/${name}/`;
    const folder = existsSync(own) ? own : path(`node_modules/${name}/`);
    if (done.has(folder)) return;
    done.add(folder);
    const files = await readdir(folder);
    const flat = name.replace("@", "").replace("/", "-");
    const licence = files.find((each) => /^(licen[cs]e|copying)/i.test(each));
    if (!licence) throw new Error(`${name} has no licence`);
    await cp(folder + licence, `${web}licences/${flat}.txt`);
    if (files.includes("NOTICE")) await cp(`${folder}NOTICE`, `${web}licences/${flat}-notice.txt`);
    const { dependencies = {} } = JSON.parse(await readFile(`${folder}package.json`, "utf8"));
    for (const needed of Object.keys(dependencies)) await copy(needed, folder);
  };
  const { dependencies } = JSON.parse(await readFile(path("package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) await copy(name, path(""));
}

await rm(web, { recursive: true, force: true });
await tracker("script.ts", "iife", "tracker.js");
// What tracker.js loads later, from beside it.
await tracker("more.ts", "es", "tracker-more.js");
// Both in one, to be read and bundled.
await tracker("module.ts", "es", "tracker.mjs", false);
const types = await readFile(path("tracker/src/api.ts"), "utf8");
const start =
  "\n/** Starts tracking this page. On a server that renders pages it does nothing. */\nexport declare function start(options?: Options): Nest;\n";
// The second name is the one TypeScript looks for beside a .mjs file.
for (const name of ["tracker.d.ts", "tracker.d.mts"]) await writeFile(web + name, types + start);
await page("demo", "demo");
await page("dashboard", "admin", [react()]);
await documentation();
await licences();
