'use strict'

// Shows instants in the visitor's own zone; what the server wrote, in UTC, stays as the title.
function showLocalTimes(root) {
  for (const time of root.querySelectorAll('time[datetime]:not([title])')) {
    const { lang: language } = time.closest('[lang]') ?? document.documentElement
    const at = new Date(time.dateTime)
    if (Number.isNaN(at.getTime())) continue
    time.title = time.textContent
    time.textContent = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { dateStyle: 'medium', timeStyle: 'short' }).format(
      at,
    )
  }
}

showLocalTimes(document)
