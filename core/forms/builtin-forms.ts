import { FormDefinition } from './form-definition.ts'

/** A form that comes with the product, under a name by which it is known for ever. */
export interface BuiltinForm {
  readonly name: string
  readonly definition: FormDefinition
}

const PANEL = { rule: 'panel', needed: 2, panel: 3 } as const

/** Written as a file of a form is; a committee makes new versions of them as of any other. */
const WRITTEN = {
  'node-identity': {
    title: { en: 'Node identity', zh: '节点身份登记' },
    intro: {
      en: 'Tell the community who runs your node, and prove that its operator address is yours.',
      zh: '告诉社区是谁在运营您的节点，并证明运营者地址属于您。',
    },
    fields: [
      { kind: 'short-text', id: 'name', label: { en: 'Name of the node', zh: '节点名称' }, minLength: 2, maxLength: 80 },
      {
        kind: 'choice',
        id: 'operator',
        label: { en: 'Who runs it', zh: '运营者' },
        options: [
          { value: 'person', label: { en: 'A person', zh: '个人' } },
          { value: 'team', label: { en: 'A team', zh: '团队' } },
          { value: 'company', label: { en: 'A company', zh: '公司' } },
        ],
      },
      { kind: 'short-text', id: 'chain', label: { en: 'Chain', zh: '所在链' }, maxLength: 60 },
      { kind: 'node-address', id: 'node', label: { en: 'Address of the node', zh: '节点地址' } },
      { kind: 'evm-address', id: 'address', label: { en: 'Operator address (EVM)', zh: '运营者地址（EVM）' } },
      { kind: 'signature', id: 'proof', of: 'address', label: { en: 'Proof by signature', zh: '签名证明' } },
      { kind: 'link', id: 'site', required: false, label: { en: 'Web site', zh: '网站' } },
      { kind: 'link', id: 'explorer', required: false, label: { en: 'Page of the node in an explorer', zh: '区块浏览器中的节点页面' } },
      { kind: 'long-text', id: 'about', label: { en: 'About the operator', zh: '运营者介绍' }, minLength: 20, maxLength: 1_500 },
    ],
    recurrence: { every: 'ever', times: 5 },
    reward: { kind: 'node-identity' },
    review: PANEL,
  },
  'contribution-report': {
    title: { en: 'Contribution report', zh: '贡献报告' },
    intro: {
      en: 'Report what you did for the nodes that the community follows: support, tools, translation, monitoring.',
      zh: '报告您为社区关注的节点做了什么：支持、工具、翻译、监测等。',
    },
    fields: [
      {
        kind: 'choice',
        id: 'kind',
        label: { en: 'Kind of contribution', zh: '贡献类别' },
        options: [
          { value: 'support', label: { en: 'Support', zh: '支持' } },
          { value: 'tool', label: { en: 'Tool or code', zh: '工具或代码' } },
          { value: 'translation', label: { en: 'Translation', zh: '翻译' } },
          { value: 'monitoring', label: { en: 'Monitoring', zh: '监测' } },
          { value: 'other', label: { en: 'Something else', zh: '其他' } },
        ],
      },
      {
        kind: 'short-text',
        id: 'which',
        showIf: { field: 'kind', is: ['other'] },
        label: { en: 'What kind', zh: '具体是什么' },
        maxLength: 80,
      },
      { kind: 'short-text', id: 'node', label: { en: 'For which node', zh: '为哪个节点' }, maxLength: 80 },
      { kind: 'date', id: 'day', label: { en: 'When it was finished', zh: '完成日期' } },
      { kind: 'long-text', id: 'what', label: { en: 'What you did', zh: '您做了什么' }, minLength: 30, maxLength: 3_000 },
      { kind: 'link', id: 'link', label: { en: 'Where it can be seen', zh: '可以查看的链接' } },
      { kind: 'number', id: 'hours', required: false, min: 0, max: 1_000, decimals: 1, label: { en: 'Hours it took', zh: '花费的小时数' } },
    ],
    recurrence: { every: 'week', times: 3 },
    reward: { kind: 'node-contribution' },
    review: PANEL,
  },
  'staking-survey': {
    title: { en: 'PoS and staking survey', zh: 'PoS 与质押调查' },
    intro: { en: 'Help the community understand how its members stake.', zh: '帮助社区了解成员如何参与质押。' },
    fields: [
      { kind: 'yes-no', id: 'stakes', label: { en: 'Do you stake today?', zh: '您目前在质押吗？' } },
      {
        kind: 'choices',
        id: 'chains',
        showIf: { field: 'stakes', is: ['yes'] },
        label: { en: 'On which chains', zh: '在哪些链上' },
        least: 1,
        options: [
          { value: 'cosmos', label: { en: 'Cosmos', zh: 'Cosmos' } },
          { value: 'tezos', label: { en: 'Tezos', zh: 'Tezos' } },
          { value: 'iotex', label: { en: 'IoTeX', zh: 'IoTeX' } },
          { value: 'other', label: { en: 'Others', zh: '其他' } },
        ],
      },
      {
        kind: 'choice',
        id: 'why-not',
        showIf: { field: 'stakes', is: ['no'] },
        label: { en: 'What holds you back?', zh: '为什么没有质押？' },
        options: [
          { value: 'risk', label: { en: 'The risk', zh: '风险' } },
          { value: 'effort', label: { en: 'The effort', zh: '太麻烦' } },
          { value: 'knowledge', label: { en: 'I know too little', zh: '了解不够' } },
          { value: 'funds', label: { en: 'I hold nothing to stake', zh: '没有可质押的资产' } },
        ],
      },
      {
        kind: 'choice',
        id: 'choose-by',
        label: { en: 'How do you choose a node?', zh: '您如何选择节点？' },
        options: [
          { value: 'yield', label: { en: 'By yield', zh: '看收益' } },
          { value: 'trust', label: { en: 'By who runs it', zh: '看运营者' } },
          { value: 'uptime', label: { en: 'By its uptime', zh: '看在线率' } },
          { value: 'advice', label: { en: 'By advice', zh: '听推荐' } },
        ],
      },
      {
        kind: 'long-text',
        id: 'wish',
        required: false,
        maxLength: 1_000,
        label: { en: 'What should the community do?', zh: '您希望社区做什么？' },
      },
    ],
    reward: { kind: 'form-submission' },
    review: { rule: 'none' },
  },
  'content-submission': {
    title: { en: 'Content submission', zh: '内容投稿' },
    intro: {
      en: 'Send in an article, a video or a translation that you made about staking.',
      zh: '提交您创作的质押相关文章、视频或翻译。',
    },
    fields: [
      { kind: 'short-text', id: 'title', minLength: 3, maxLength: 120, label: { en: 'Title', zh: '标题' } },
      {
        kind: 'choice',
        id: 'kind',
        label: { en: 'What it is', zh: '类型' },
        options: [
          { value: 'article', label: { en: 'Article', zh: '文章' } },
          { value: 'video', label: { en: 'Video', zh: '视频' } },
          { value: 'translation', label: { en: 'Translation', zh: '翻译' } },
          { value: 'picture', label: { en: 'Picture', zh: '图片' } },
        ],
      },
      { kind: 'link', id: 'link', label: { en: 'Where it was published', zh: '发布链接' } },
      { kind: 'file', id: 'file', required: false, label: { en: 'The file itself', zh: '文件' } },
      { kind: 'long-text', id: 'about', minLength: 20, maxLength: 1_500, label: { en: 'What it is about', zh: '内容简介' } },
      { kind: 'yes-no', id: 'own', label: { en: 'Is it your own work?', zh: '是您的原创吗？' } },
    ],
    recurrence: { every: 'day', times: 2 },
    reward: { kind: 'form-submission' },
    review: PANEL,
  },
} as const

export const BUILTIN_FORMS: readonly BuiltinForm[] = Object.entries(WRITTEN).map(([name, written]) => ({
  name,
  definition: FormDefinition.parse(written),
}))
