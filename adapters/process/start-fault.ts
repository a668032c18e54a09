/**
 * A part of the house cannot start. Carries what a person needs to repair it: `message` is one sentence that says what is wrong, `nextStep` one sentence that says what to do,
 * `exitCode` what the process ends with (sysexits.h: 69 a needed service is not there, 70 an internal fault, 75 try again, 78 configuration). Never retried silently.
 */
export class StartFault extends Error {
  readonly code: string
  readonly nextStep: string
  readonly exitCode: number

  constructor(fault: { code: string; message: string; nextStep: string; exitCode: number; cause?: unknown }) {
    super(fault.message, { cause: fault.cause })
    this.name = 'StartFault'
    this.code = fault.code
    this.nextStep = fault.nextStep
    this.exitCode = fault.exitCode
  }
}
