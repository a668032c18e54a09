#!/usr/bin/env node
// Stands in for the `schema-engine` binary that Prisma 7.10.0 would download: the same JSON-RPC over stdio, answered by the WebAssembly schema engine of the same
// commit from npm. For authoring (`prisma migrate dev --create-only`, `prisma migrate diff`) and the drift test; the program itself does not use it.
// A Prisma upgrade means the matching version of @prisma/schema-engine-wasm and a run of scripts/prisma-engine.test.ts.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg'
import { z } from 'zod'
import { createDatabase, repairedFactory, tryConnect } from './prisma-engine-database.ts'

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    datamodels: { type: 'string', multiple: true },
    datasource: { type: 'string' },
    'enabled-preview-features': { type: 'string' },
    'extension-types': { type: 'string' },
  },
})
const { url } = z.object({ url: z.string() }).parse(JSON.parse(z.string().parse(given.datasource)))
const datamodels = z.array(z.string()).parse(given.datamodels ?? [])
const failureShape = z.object({
  code: z.string().optional(),
  message: z.string(),
  meta: z.unknown().optional(),
  stack: z.string().optional(),
})

function complain(fields: Record<string, unknown>): void {
  process.stderr.write(`\n${JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields })}\n`)
}

/** `schema-engine cli can-connect-to-database` and `create-database`: one question, an exit code. */
async function answerCommandLine(question: string | undefined): Promise<void> {
  try {
    if (question === 'can-connect-to-database') await tryConnect(url)
    else if (question === 'create-database') await createDatabase(url)
    else throw new Error(`unsupported: cli ${question}`)
  } catch (error) {
    const { code, message } = failureShape.parse(error)
    complain({ error_code: code === '3D000' ? 'P1003' : code === 'ECONNREFUSED' ? 'P1001' : 'P1000', message })
    process.exitCode = 1
  }
}

let panic = ''

async function startEngine(): Promise<engineModule.SchemaEngine> {
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      get: () => panic,
      set_message: (message: string) => {
        panic = message
      },
    },
  })
  const path = createRequire(import.meta.url)
    .resolve('@prisma/schema-engine-wasm/schema_engine_bg')
    .replace(/\.js$/, '.wasm')
  const imports: Record<string, WebAssembly.ModuleImports> = { './schema_engine_bg.js': { ...engineModule } }
  const { instance } = await WebAssembly.instantiate(readFileSync(path), imports)
  // What the package's own entry does with an `import` of the .wasm file, which Node does not offer without a flag.
  Reflect.get(engineModule, '__wbg_set_wasm')(instance.exports)
  z.function().parse(instance.exports['__wbindgen_start'])()
  const files = datamodels.map((file): [string, string] => [file, readFileSync(file, 'utf8')])
  const options = { datamodels: files.length > 0 ? files : undefined }
  return engineModule.SchemaEngine.new(options, () => {}, bindMigrationAwareSqlAdapterFactory(await repairedFactory(url)))
}

let engine: Promise<engineModule.SchemaEngine> | undefined

async function answer(method: string, params: unknown): Promise<unknown> {
  if (method === 'createDatabase') return createDatabase(url)
  engine ??= startEngine()
  const ready = await engine
  const call: unknown = Reflect.get(ready, method === 'getDatabaseVersion' ? 'version' : method)
  if (typeof call !== 'function') throw new Error(`the schema engine has no method ${method}`)
  return await call.call(ready, params)
}

const request = z.object({ id: z.union([z.number(), z.string()]), method: z.string().optional(), params: z.unknown().optional() })

async function serve(): Promise<void> {
  const send = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() === '') continue
    const { id, method, params } = request.parse(JSON.parse(line))
    // Without a method it is the command line's answer to a request of ours ("print").
    if (method === undefined) continue
    try {
      let result = await answer(method, params)
      if (method === 'diff') {
        const { stdout, ...rest } = z.looseObject({ stdout: z.string().nullish() }).parse(result)
        // The binary prints a diff by a request of its own.
        if (stdout != null) send({ id: `print-${id}`, method: 'print', params: { content: stdout } })
        result = { ...rest, stdout: null }
      }
      send({ id, result: result ?? {} })
    } catch (error) {
      const { code, message, meta, stack } = failureShape.parse(error)
      const data = { is_panic: false, message: panic || message, error_code: code ?? null, meta: meta ?? null, backtrace: stack ?? null }
      send({ id, error: { code: 4466, message: 'An error happened. Check the data field for details.', data } })
    }
  }
}

process.on('uncaughtException', (error) => {
  complain({ message: panic || error.message, backtrace: error.stack })
  process.exit(101)
})
await (positionals[0] === 'cli' ? answerCommandLine(positionals[1]) : serve())
