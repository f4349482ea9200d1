// Builds everything a browser loads into src/nesthaus/web/, which a released wheel contains.

import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
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

async function demo() {
  await build({
    ...common,
    root: path("demo/"),
    base: "/demo/",
    build: {
      outDir: `${web}demo`,
      emptyOutDir: true,
      target: "es2022",
      assetsInlineLimit: 0, // a strict Content-Security-Policy knows no data: addresses
      modulePreload: { polyfill: false },
    },
  });
}

async function documentation() {
  await mkdir(`${web}docs`, { recursive: true });
  for (const name of ["swagger-ui.css", "swagger-ui-bundle.js"])
    await cp(path(`node_modules/swagger-ui-dist/${name}`), `${web}docs/${name}`);
  for (const name of ["index.html", "init.js"])
    await cp(path(`api-docs/${name}`), `${web}docs/${name}`);
}

async function licences() {
  await mkdir(`${web}licences`, { recursive: true });
  const packages = {
    newsreader: "@fontsource-variable/newsreader",
    archivo: "@fontsource-variable/archivo",
    "swagger-ui": "swagger-ui-dist",
  };
  for (const [name, folder] of Object.entries(packages))
    await cp(path(`node_modules/${folder}/LICENSE`), `${web}licences/${name}.txt`);
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
await demo();
await documentation();
await licences();
