// First step of every npm script: it runs on any Node >= 20 before anything is installed, so it is plain JavaScript without dependencies.
// Installs when node_modules is missing or older than package-lock.json, then generates the Prisma client. A warm call costs a few milliseconds.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const hashOf = (files) => files.reduce((hash, file) => hash.update(readFileSync(file)), createHash('sha256')).digest('hex')
const isFresh = (stamp, key) => existsSync(stamp) && readFileSync(stamp, 'utf8') === key

function run(command, args, env = {}) {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } })
  if (done.status === 0) return
  console.error(
    `\n"${command} ${args.join(' ')}" failed (exit ${done.status ?? done.signal}). Check the network and free disk space, then run the same command again.`,
  )
  process.exit(done.status ?? 1)
}

const lockKey = hashOf([join(root, 'package.json'), join(root, 'package-lock.json')])
const installStamp = join(root, 'node_modules', '.wepos-install')
if (!isFresh(installStamp, lockKey)) {
  console.log('Installing packages (only the first time, and after package-lock.json changes) ...')
  // `npm ci` refuses a lock without the optional binaries of platforms that the registry does not carry; `npm install` respects the lock as well.
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(installStamp, lockKey)
}

const schemaFolder = join(root, 'prisma', 'schema')
const schemaFiles = existsSync(schemaFolder)
  ? readdirSync(schemaFolder)
      .sort()
      .map((name) => join(schemaFolder, name))
  : []
const clientStamp = join(root, 'prisma', 'generated', '.stamp')
const clientKey = schemaFiles.length > 0 ? hashOf([...schemaFiles, join(root, 'package-lock.json')]) : ''
if (schemaFiles.length > 0 && !isFresh(clientStamp, clientKey)) {
  // `prisma generate` wants its schema engine on disk though it never runs it; any executable will do, and nothing is downloaded.
  run(join(root, 'node_modules', '.bin', 'prisma'), ['generate', '--no-hints'], {
    PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
    CHECKPOINT_DISABLE: '1',
    PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
  })
  mkdirSync(dirname(clientStamp), { recursive: true })
  writeFileSync(clientStamp, clientKey)
}
