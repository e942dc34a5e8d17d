// Builds the vendored stylesheets and script, and the list of their hashes.
// Run by a maintainer after a new version of Frontend: `npm ci && npm run build`.
import { createHash } from "node:crypto"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { buildSync } from "esbuild"
import postcss from "postcss"
import * as sass from "sass"
import { logical } from "./logical.mjs"
import { own } from "./own.mjs"

const OUT = fileURLToPath(new URL("../../cashpilot/static/cashpilot/", import.meta.url))
const VERSION = "6.6.0-1"
const NOTICE = "Contains govuk-frontend 6.6.0 (MIT), de-branded. See LICENSES.md. Built by tools/ui."

function stylesheet(source, name, notice) {
  const { css } = sass.compile(fileURLToPath(new URL(`scss/${source}.scss`, import.meta.url)), {
    loadPaths: ["node_modules", "scss", "."].map((path) => fileURLToPath(new URL(path, import.meta.url))),
    style: "compressed",
    quietDeps: true,
    charset: false,
  })
  const root = postcss.parse(css)
  own(root)
  const forTheEye = logical(root)
  writeFileSync(OUT + name, `/*! ${notice} */\n${root}\n`)
  for (const rule of forTheEye) console.log(`${name}: look at  ${rule}`)
}

function script(source, name, notice) {
  buildSync({
    entryPoints: [fileURLToPath(new URL(source, import.meta.url))],
    outfile: OUT + name,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2020",
    legalComments: "none",
    banner: { js: `/*! ${notice} */` },
  })
}

function hashes(names) {
  const lines = names.map((name) => `${createHash("sha256").update(readFileSync(OUT + name)).digest("hex")}  ${name}`)
  writeFileSync(OUT + "SHA256SUMS", lines.join("\n") + "\n")
}

const sheet = `ui-${VERSION}.css`
const staffSheet = `ui-staff-${VERSION}.css`
const staffScript = `ui-staff-${VERSION}.js`
rmSync(OUT + "SHA256SUMS", { force: true })
stylesheet("participants", sheet, NOTICE)
stylesheet("staff", staffSheet, `${NOTICE} Contains @ministryofjustice/frontend 11.1.0 (MIT).`)
script("staff.mjs", staffScript, NOTICE)
hashes([sheet, staffSheet, staffScript])
