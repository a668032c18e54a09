import { describe, expect, it } from 'vitest'
import { HtmlError, parseHtml } from './parse-html.ts'

describe('parseHtml', () => {
  it.each([
    ['plain', 'plain', []],
    ['a &lt;b&gt; &amp; &quot;c&quot; &#65;&#x42; &nbsp; &', 'a <b> & "c" AB &nbsp; &', []],
    ['<b>bold</b> <STRONG>x</strong>', 'bold x', ['bold 0+4', 'bold 5+1']],
    ['<b>a<i>b</i></b>', 'ab', ['bold 0+2', 'italic 1+1']],
    ['😀<u>ü</u>', '😀ü', ['underline 2+1']],
    ['<b></b>x', 'x', []],
    ['<a href="https://pos.example.org/?a=1&amp;b=2">here</a>', 'here', ['text_link 0+4 https://pos.example.org/?a=1&b=2']],
    ["<a href='https://x.example'>q</a>", 'q', ['text_link 0+1 https://x.example']],
    ['<a href="http://localhost:3000">lost</a>', 'lost', []],
    ['<a href="tg://user?id=42">you</a>', 'you', ['text_mention 0+3']],
    ['<pre><code class="language-ts">x</code></pre>', 'x', ['code 0+1', 'pre 0+1']],
    ['<blockquote expandable>long</blockquote>', 'long', ['expandable_blockquote 0+4']],
    ['<span class="tg-spoiler">s</span><tg-spoiler>t</tg-spoiler>', 'st', ['spoiler 0+1', 'spoiler 1+1']],
    ['<b>x</>', 'x', ['bold 0+1']],
  ] as const)('reads %s', (source, text, entities) => {
    const parsed = parseHtml(source)
    expect(parsed.text).toBe(text)
    expect(parsed.entities.map((each) => `${each.type} ${each.offset}+${each.length}${each.url ? ` ${each.url}` : ''}`)).toEqual(entities)
  })

  it.each([
    ['<b>x', 'Can\'t find end tag corresponding to start tag "b"'],
    ['2 < 3', 'Unsupported start tag "" at byte offset 2'],
    ['2 <3', 'Unclosed start tag at byte offset 2'],
    ['ü<br>', 'Unsupported start tag "br" at byte offset 2'],
    ['<script>x</script>', 'Unsupported start tag "script" at byte offset 0'],
    ['x</b>', 'Unexpected end tag at byte offset 1'],
    ['<b>x</i>', 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'],
    ['<b><i>x</b></i>', 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'],
    ['<b>x</b', 'Unclosed end tag at byte offset 4'],
    ['<a href=/x>x</a>', 'Unexpected end of name token at byte offset 8'],
    ['<a href>x</a>', 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'],
    ['<a href="x', 'Unclosed start tag "a" at byte offset 0'],
    ['<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'],
    ['<span class="red">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
    ['<tg-emoji emoji-id="none">x</tg-emoji>', 'Invalid custom emoji identifier specified'],
    ['&#xD800;', 'Text contains invalid Unicode characters'],
    ['<code>a<b>x</b></code>', 'is inside "code", where it would be lost'],
    ['<blockquote>a<blockquote>b</blockquote></blockquote>', 'is nested in another blockquote'],
  ])('refuses %s', (source, why) => {
    expect(() => parseHtml(source)).toThrow(HtmlError)
    expect(() => parseHtml(source)).toThrow(why)
  })
})
