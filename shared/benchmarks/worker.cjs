// The engine in WebAssembly, asked as every measured program is: a request a line on stdin, an answer a line on stdout.
//
//     node worker.cjs FOLDER RECORDS.ndjson
//
// FOLDER holds what wasm-bindgen made for Node.
'use strict'
const { readFileSync } = require('node:fs')
const { resolve } = require('node:path')
const { createInterface } = require('node:readline')

const [folder, records] = process.argv.slice(2)
const { Bench } = require(resolve(folder, 'benchmarks.js'))
const bench = new Bench(readFileSync(records))
console.log(JSON.stringify({ ready: { node: process.versions.node, v8: process.versions.v8 } }))
createInterface({ input: process.stdin }).on('line', (line) => console.log(bench.run(line)))
