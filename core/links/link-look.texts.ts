import { defineTexts } from '../shared/text.ts'

export const linkLookTexts = defineTexts(
  'linkLook',
  {
    page: 'Its page',
    titled: 'answers: “{{title}}” (looked at {{at}})',
    untitled: 'answers, without a title (looked at {{at}})',
    error: 'no page there on {{at}} (error {{status}})',
    moved: 'leads elsewhere, which was not followed (looked at {{at}})',
    refused: 'not opened: the address is none of the public web',
    unknown: 'did not answer on {{at}}: its name was not found',
    silent: 'did not answer on {{at}}',
  },
  {
    page: '链接的页面',
    titled: '可以打开：“{{title}}”（{{at}} 查看）',
    untitled: '可以打开，没有标题（{{at}} 查看）',
    error: '{{at}} 没有这个页面（错误 {{status}}）',
    moved: '跳转到别处，未跟随（{{at}} 查看）',
    refused: '未打开：地址不在公共网络上',
    unknown: '{{at}} 没有回应：查不到该域名',
    silent: '{{at}} 没有回应',
  },
)
