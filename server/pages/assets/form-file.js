'use strict'

// Puts the text of a chosen file into the text area, as if it had been pasted; nothing is sent by that. Without this script the chooser is not there.
for (const chooser of document.querySelectorAll('[data-file-into]')) {
  const input = chooser.querySelector('input[type="file"]')
  const told = chooser.querySelector('[role="status"]')
  const { fileInto, most, tooLarge, unreadable } = chooser.dataset
  const into = document.getElementById(fileInto)
  chooser.hidden = false
  const read = async () => {
    const [file] = input.files
    told.textContent = ''
    if (file === undefined) return
    if (file.size > Number(most)) {
      told.textContent = tooLarge
      return
    }
    try {
      const text = await file.text()
      // Another file may have been chosen meanwhile.
      if (input.files[0] !== file) return
      into.value = text
      told.textContent = file.name
    } catch {
      told.textContent = unreadable
    }
  }
  input.addEventListener('change', () => void read())
}
