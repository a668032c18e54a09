import type { Answer } from '../../core/shared/dispatch.ts'

/** Types a line as somebody, and keeps the answer for the page of messages. */
export type Say = (who: string, typed: string) => Promise<Answer & { text: string }>
/** Presses the button with this label of an answer. */
export type Press = (who: string, answer: Answer, label: string) => Promise<Answer & { text: string }>
