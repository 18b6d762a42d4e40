// Builds ../static from the page and the locked packages: `npm ci && npm run build`.
// The same sources give the same bytes; the result is committed, so the gateway needs no Node.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = import.meta.dirname;
const target = join(here, '..', 'static');
const sources = readdirSync(here)
  .filter((name) => /\.(mjs|jsx?|css|json)$/.test(name))
  .sort();

const { outputFiles, metafile } = await build({
  absWorkingDir: here,
  entryPoints: {
    page: 'page.jsx',
    'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
    'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
    'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
  },
  outdir: target,
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  format: 'iife',
  target: 'es2022',
  jsx: 'automatic',
  loader: { '.ttf': 'dataurl' },
  legalComments: 'linked',
  define: { 'process.env.NODE_ENV': '"production"' },
});

/** The licence and notice files of every package that went into the bundles. */
function licences() {
  const inputs = Object.keys(metafile.inputs);
  const folders = inputs.flatMap((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/) ?? []);
  return [...new Set(folders)].sort().flatMap(noticesOf).join('\n\n');
}

function noticesOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(here, folder, 'package.json')));
  const files = readdirSync(join(here, folder)).sort();
  const notices = files.filter((file) => /^(licen[cs]e|notice|thirdparty)/i.test(file));
  const texts = notices.map((file) => readFileSync(join(here, folder, file), 'utf8').trim());
  return [`=== ${name} ${version} (${license})`, ...texts];
}

function ship(name, contents) {
  const packed = gzipSync(contents, { level: 9 });
  packed[9] = 255; // the header names the building system; "unknown" is the same on all
  writeFileSync(join(target, `${name}.gz`), packed);
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target);
for (const { path, contents } of outputFiles) ship(basename(path), contents);
ship('licences.txt', licences());

// A test compares these, so that a changed source is never shipped unbuilt.
const sum = (name) => createHash('sha256').update(readFileSync(join(here, name))).digest('hex');
writeFileSync(join(target, 'SOURCES'), sources.map((name) => `${sum(name)}  ${name}\n`).join(''));
