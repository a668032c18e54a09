// Shows a question at once when the answer that it depends on is given; without this script the server does after saving.
for (const form of document.querySelectorAll('form[data-fill]')) {
  const questions = [...form.querySelectorAll('fieldset[data-question]')]
  const update = () => {
    const values = new Map()
    for (const question of questions) {
      const { question: id, showField, showIs } = question.dataset
      const isAsked = showField === undefined || showIs.split(' ').includes(values.get(showField) ?? '')
      question.hidden = !isAsked
      question.disabled = !isAsked
      // A question counts only while it is asked itself, as on the server.
      if (isAsked) values.set(id, question.querySelector('input[type="radio"]:checked')?.value ?? '')
    }
  }
  form.addEventListener('change', update)
  update()
}
