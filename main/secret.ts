import { inspect } from 'node:util'

const MASK = '[secret]'

/** A value that must never be printed: in text, JSON, logs and the inspector it is `[secret]`. Only `reveal()` gives it away, and only where it is used. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  [Symbol.toPrimitive](): string {
    return MASK
  }

  [inspect.custom](): string {
    return MASK
  }
}
