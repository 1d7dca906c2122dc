#!/bin/sh
# Builds the vendored scripts from the npm registry in a folder of its own, and compares them with what is committed.
# With --write what was built takes its place.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/source/package.json "$here"/source/package-lock.json "$here"/source/.npmrc "$here"/source/editor.mjs "$work"/
cd "$work"
npm ci --no-audit --no-fund --ignore-scripts --silent
node_modules/.bin/esbuild editor.mjs --bundle --minify --format=iife --target=es2022 --charset=utf8 \
  --outfile=codemirror.js --log-level=warning
if [ "${1:-}" = --write ]; then
  cp codemirror.js "$here"/codemirror/codemirror.js
  cp node_modules/htmx.org/dist/htmx.min.js "$here"/htmx/htmx.min.js
  cp node_modules/uplot/dist/uPlot.iife.min.js node_modules/uplot/dist/uPlot.min.css "$here"/uplot/
fi
cmp codemirror.js "$here"/codemirror/codemirror.js
cmp node_modules/htmx.org/dist/htmx.min.js "$here"/htmx/htmx.min.js
cmp node_modules/uplot/dist/uPlot.iife.min.js "$here"/uplot/uPlot.iife.min.js
cmp node_modules/uplot/dist/uPlot.min.css "$here"/uplot/uPlot.min.css
echo "The vendored scripts are what their sources give."
