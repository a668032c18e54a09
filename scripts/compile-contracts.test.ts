import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compileSolidity, deployableSources, isGeneratedFresh, renderGenerated, type CompiledContract } from './compile-contracts.ts'

const generatedFolder = resolve(import.meta.dirname, '..', 'contracts', 'generated')
const aFunction = { type: 'function', name: 'f' }

function compiledOf(contract: Partial<CompiledContract>): Map<string, CompiledContract> {
  return new Map([['Thing', { abi: [aFunction], bytecode: '0x00', size: 1, ...contract }]])
}

describe('contracts/generated', () => {
  it('has the key of the present sources', () => {
    expect(isGeneratedFresh()).toBe(true)
  })

  it('is what the compiler makes of them', { timeout: 120_000 }, () => {
    const files = renderGenerated(compileSolidity(deployableSources()))
    expect([...files.keys()]).toEqual(
      expect.arrayContaining(['Emission.ts', 'PoSToken.ts', 'Pool.ts', 'TimelockController.ts', 'Vault.ts']),
    )
    const stale = [...files].filter(([name, text]) => readFileSync(join(generatedFolder, name), 'utf8') !== text)
    expect(stale.map(([name]) => name)).toEqual([])
  })
})

describe('renderGenerated', () => {
  it('refuses code over the limit of EIP-170', () => {
    expect(renderGenerated(compiledOf({ size: 24_576 })).size).toBe(1)
    expect(() => renderGenerated(compiledOf({ size: 24_577 }))).toThrow('24577 bytes')
  })

  it('leaves out what can not be deployed or called', () => {
    expect(renderGenerated(compiledOf({ bytecode: '0x' })).size).toBe(0)
    expect(renderGenerated(compiledOf({ abi: [{ type: 'error', name: 'E' }] })).size).toBe(0)
  })
})

it('compileSolidity throws with the text of the compiler', { timeout: 30_000 }, () => {
  expect(() => compileSolidity({ 'contracts/Bad.sol': { content: 'pragma solidity 0.8.37; contract Bad { uint x = "no"; }' } })).toThrow(
    'TypeError',
  )
})
