import { permitRefusals } from '../../core/settlement/permit-deposit.refusals.ts'
import { MAX_RELAYED, MIN_RELAYED, RELAYED_A_DAY } from '../../core/settlement/permit-deposit.rules.ts'
import { deskProblems } from '../desk.problems.ts'
import { formProblems } from '../form.problems.ts'
import { problems, refusalProblem, type Problem } from '../problem.ts'
import { signInProblems } from '../sign-in.problems.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { pageTexts } from './page.texts.ts'
import type { Reader } from './reader.ts'

const { say } = pageTexts

/** A problem for somebody who looks at pages: what happened, what to do, and the number to ask about. */
export function problemPage(reader: Reader, problem: Problem, requestId: string): Html {
  const body = html`<div class="lede problem">
    <p class="status" aria-hidden="true">${problem.status}</p>
    <h1>${reader.say(problem.title)}</h1>
    ${problem.detail !== undefined && html`<p>${reader.say(problem.detail)}</p>`}
    <p>${reader.step(problem.nextStep)}</p>
    <p><a class="button" href="/">${reader.say(say('home'))}</a></p>
    <p class="hint">${problem.code} · ${reader.say(say('problemNumber', { id: requestId }))}</p>
  </div>`
  return layout(reader, { title: problem.title, body })
}

/** What the `type` of every problem leads to: all codes in words. */
export function problemsPage(reader: Reader): Html {
  const title = say('problemsTitle')
  const all: readonly Problem[] = [
    problems.invalid('…'),
    problems.malformed(),
    problems.unauthorized(),
    problems.crossSite(),
    problems.signedOut(),
    problems.csrf(),
    problems.notFound(),
    problems.method(['…']),
    problems.tooLarge(),
    problems.tooLong(),
    problems.mediaType(),
    problems.limited(60),
    problems.periodUnknown(),
    problems.statementNone(),
    problems.personaUnknown(['…']),
    problems.keyMissing(),
    problems.keyReused(),
    ...depositProblems(),
    ...Object.values(signInProblems).map((made) => made()),
    deskProblems.forbidden(),
    deskProblems.own('SUB-12'),
    ...Object.values(formProblems).map((made) => made()),
    problems.fault(60),
    problems.bug('…'),
  ]
  const body = html`<div class="lede">
      <h1>${reader.say(title)}</h1>
      <p>${reader.say(say('problemsLede'))}</p>
    </div>
    <div class="scroll" tabindex="0" role="group" aria-label="${reader.plain(title)}">
      <table>
        <thead>
          <tr>
            <th scope="col">${reader.say(say('code'))}</th>
            <th scope="col">HTTP</th>
            <th scope="col">${reader.say(say('meaning'))}</th>
            <th scope="col">${reader.say(say('nextStep'))}</th>
          </tr>
        </thead>
        <tbody>
          ${all.map(
            (problem) =>
              html`<tr id="${problem.code}">
                <th scope="row"><code>${problem.code}</code></th>
                <td>${problem.status}</td>
                <td>${reader.say(problem.title)}</td>
                <td>${reader.step(problem.nextStep)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`
  return layout(reader, { title, body })
}

function depositProblems(): readonly Problem[] {
  const { tooSmall, tooLarge, tooMuch, dayFull, ...plain } = permitRefusals
  const worded = [tooSmall(MIN_RELAYED), tooLarge(MAX_RELAYED), tooMuch(0n), dayFull(RELAYED_A_DAY)]
  return [...Object.values(plain).map((refusal) => refusal()), ...worded].map(refusalProblem)
}
