import type { FactName, TotalName } from '../core/economy/statement-fields.ts'
import type { FindingCode, StatementFinding, StatementPlace } from '../core/economy/statement-findings.ts'
import type { StatementProblem } from '../core/economy/statement.types.ts'

export type Language = 'en' | 'zh'

/** Problems of the command itself, before or beside the findings. */
export type CommandProblem = 'usage' | 'file_missing' | 'file_not_readable' | 'rpc_form' | 'rpc_failed'

type LineRule = Extract<
  StatementProblem,
  'amount_range' | 'serial_missing' | 'serial_not_allowed' | 'serial_order' | 'grant_after_correction' | 'too_many_lines'
>

type Texts = {
  good: string
  bad: string
  /** A field's name in words. */
  fields: Readonly<Record<FactName | TotalName, string>>
  parts: Readonly<Record<StatementPlace['part'], (name: string) => string>>
  rules: Readonly<Record<LineRule, string>>
  codes: Readonly<Record<FindingCode, (finding: StatementFinding) => string>>
  more: (count: number) => string
  verdict: (holds: boolean, withChain: boolean) => string
  command: Readonly<Record<CommandProblem, (detail: string) => string>>
}

const wordsOf = (table: Readonly<Record<string, string>>, name: string): string => table[name] ?? name

const ENGLISH_RULES: Texts['rules'] = {
  amount_range: 'the amount is zero, above 100,000,000 PoS, or of the wrong sign for its kind',
  serial_missing: 'a grant needs a serial',
  serial_not_allowed: 'only a grant has a serial',
  serial_order: 'the serials of grants must rise',
  grant_after_correction: 'grants stand before corrections',
  too_many_lines: 'a statement has at most 10,000,000 lines',
}

const ENGLISH: Texts = {
  good: 'ok    ',
  bad: 'NOT OK',
  fields: {
    version: 'version',
    period: 'period',
    chainId: 'chain id',
    emission: 'Emission contract',
    genesis: 'genesis',
    start: 'start of the period',
    end: 'end of the period',
    multiplier: 'multiplier',
    release: 'release',
    lines: 'number of lines',
    granted: 'granted',
    burned: 'burned at the close',
    corrected: 'corrected',
    expired: 'expired',
    unfunded: 'unfunded contributions',
    poolIn: 'into the pool',
    poolOut: 'out of the pool',
    runningReleased: 'released so far',
    runningGranted: 'granted so far',
    runningBurned: 'burned at closes so far',
    runningCorrected: 'corrected so far',
    runningExpired: 'expired so far',
    pool: 'left in the pool',
    unreleased: 'not yet released',
    outstanding: 'held by members, escrows and the eco fund',
  },
  parts: {
    file: (name) => `file, text line ${name}`,
    fact: (name) => `fact "${name}"`,
    line: (name) => (name === '' ? 'lines' : `line ${name}`),
    total: (name) => `total "${name}"`,
    root: () => 'root',
    transaction: (name) => (name === '' ? 'transactions' : `transaction ${name}`),
    previous: (name) => `statement before, "${name}"`,
    chain: (name) => `chain, "${name}"`,
  },
  rules: ENGLISH_RULES,
  codes: {
    lines_hold: ({ found }) => `${found} lines, each agrees with its check and stands in order`,
    fact_declared: ({ found }) => `${found}, covered by the root`,
    fact_follows: ({ found }) => `${found}, as the release schedule says`,
    total_follows: ({ found }) => `${found}, recomputed`,
    total_declared: ({ found }) => `${found}, declared by the operator and covered by the root`,
    root_holds: ({ found }) => `${found}, recomputed from every fact, line and total`,
    transactions_hold: ({ found }) => `${found} listed, each agrees with its check (they are not under the root)`,
    previous_holds: ({ found }) => `${found}, continues the statement before`,
    chain_holds: ({ found }) => `${found}, the same on the chain`,
    file_empty: () => 'the file is empty',
    file_compressed: () => 'the file is compressed; unpack it first',
    file_encoding: () => 'the file is not plain text; a statement is ASCII without a byte order mark',
    file_line_endings: () => 'the line ends were changed to those of Windows; take the file as it was published',
    file_not_json: () => 'this is not JSON',
    file_not_statement: () => 'this is JSON, but not a statement as published; a reformatted file can not be verified',
    file_version: ({ found }) => `version ${found} is not known to this program; it knows version 1`,
    file_layout: ({ found }) => `an entry is missing, added or out of place here: ${found}`,
    file_too_long: () => 'this line of text is longer than any in a statement',
    file_truncated: () => 'the file stops here before its end; download it again',
    file_trailing: () => 'there is something after the end of the statement',
    entry_unreadable: ({ found }) => `is not in the form of a statement: ${found}`,
    entry_check: ({ expected, found, entry }) => `was changed: its content gives check ${expected}, its check says ${found}: ${entry}`,
    entry_check_changed: ({ expected, found }) =>
      `its check was changed to ${found}; the content still belongs to the root and gives ${expected}`,
    entry_number: ({ expected, found }) => `stands at place ${expected} but says it is line ${found}`,
    entry_bounds: ({ found }) => `breaks a rule: ${wordsOf(ENGLISH_RULES, found)}`,
    fact_differs: ({ expected, found }) => `says ${found}, the release schedule says ${expected}`,
    fact_range: ({ found }) => `${found} is out of range`,
    total_differs: ({ expected, found }) => `says ${found}, recomputed it is ${expected}`,
    total_range: ({ found }) => `${found} is out of range`,
    root_unreadable: ({ found }) => `is not in the form of a statement: ${found}`,
    root_unjudged: () => 'can not be recomputed while an entry above is not readable',
    root_follows: ({ expected, found }) => `says ${found}, the changed entries above give ${expected}`,
    root_differs: ({ expected, found }) => `says ${found}, the entries give ${expected}`,
    previous_differs: ({ expected, found }) => `says ${found}, the statement before leads to ${expected}`,
    chain_differs: ({ expected, found }) => `the statement says ${found}, the chain says ${expected}`,
    chain_not_closed: () => 'the period is not closed on the chain yet: this is a draft, nothing anchors it',
    chain_no_contract: ({ found }) => `there is no contract at ${found}`,
    chain_transaction_missing: ({ found }) => `the chain does not know ${found}`,
    chain_transaction_failed: ({ found }) => `${found} was reverted`,
  },
  more: (count) => `and ${count} more problems`,
  verdict: (holds, withChain) => {
    if (!holds) return 'The statement does NOT hold.'
    return withChain
      ? 'The statement holds, and the chain confirms it.'
      : 'The statement holds by itself. Add --rpc URL to compare it with the chain.'
  },
  command: {
    usage: () => 'Usage: npm run verify -- FILE [--rpc URL] [--previous FILE] [--language en|zh]',
    file_missing: (path) => `There is no file ${path}.`,
    file_not_readable: (path) => `The file ${path} can not be read.`,
    rpc_form: (url) => `The RPC address ${url} is not an http or https address.`,
    rpc_failed: (detail) => `The chain could not be read, so nothing is said about it: ${detail}`,
  },
}

const CHINESE_RULES: Texts['rules'] = {
  amount_range: '金额为零、超过 100,000,000 PoS，或正负号与类别不符',
  serial_missing: '发放必须有序列号',
  serial_not_allowed: '只有发放才有序列号',
  serial_order: '发放的序列号必须递增',
  grant_after_correction: '发放必须排在更正之前',
  too_many_lines: '一份账单最多 10,000,000 行',
}

const CHINESE: Texts = {
  good: '成立  ',
  bad: '不成立',
  fields: {
    version: '版本',
    period: '期数',
    chainId: '链 ID',
    emission: 'Emission 合约',
    genesis: '创世时间',
    start: '本期开始',
    end: '本期结束',
    multiplier: '倍数',
    release: '本期释放',
    lines: '行数',
    granted: '已发放',
    burned: '关闭时销毁',
    corrected: '已更正',
    expired: '已过期',
    unfunded: '未获资金的贡献',
    poolIn: '流入池',
    poolOut: '流出池',
    runningReleased: '累计释放',
    runningGranted: '累计发放',
    runningBurned: '累计关闭销毁',
    runningCorrected: '累计更正',
    runningExpired: '累计过期',
    pool: '池余额',
    unreleased: '尚未释放',
    outstanding: '成员、托管与生态基金持有',
  },
  parts: {
    file: (name) => `文件第 ${name} 行文本`,
    fact: (name) => `事实“${name}”`,
    line: (name) => (name === '' ? '全部行' : `第 ${name} 行`),
    total: (name) => `合计“${name}”`,
    root: () => '根',
    transaction: (name) => (name === '' ? '交易' : `第 ${name} 笔交易`),
    previous: (name) => `与上一期账单比较“${name}”`,
    chain: (name) => `链上“${name}”`,
  },
  rules: CHINESE_RULES,
  codes: {
    lines_hold: ({ found }) => `共 ${found} 行，每行都与其校验码一致且顺序正确`,
    fact_declared: ({ found }) => `${found}，受根保护`,
    fact_follows: ({ found }) => `${found}，与释放计划一致`,
    total_follows: ({ found }) => `${found}，重新计算一致`,
    total_declared: ({ found }) => `${found}，由运营方声明，受根保护`,
    root_holds: ({ found }) => `${found}，由全部事实、行与合计重新算出`,
    transactions_hold: ({ found }) => `列出 ${found} 笔，每笔都与其校验码一致（交易不在根之内）`,
    previous_holds: ({ found }) => `${found}，与上一期账单衔接`,
    chain_holds: ({ found }) => `${found}，与链上一致`,
    file_empty: () => '文件是空的',
    file_compressed: () => '文件是压缩包，请先解压',
    file_encoding: () => '文件不是纯文本；账单是不带字节顺序标记的 ASCII 文本',
    file_line_endings: () => '换行符被改成了 Windows 格式，请使用原始发布的文件',
    file_not_json: () => '这不是 JSON',
    file_not_statement: () => '这是 JSON，但不是发布时的账单；重新排版的文件无法验证',
    file_version: ({ found }) => `本程序不认识版本 ${found}，只认识版本 1`,
    file_layout: ({ found }) => `此处缺少、多出或错放了条目：${found}`,
    file_too_long: () => '这一行文本比账单中任何一行都长',
    file_truncated: () => '文件在此处中断，没有结尾；请重新下载',
    file_trailing: () => '账单结尾之后还有内容',
    entry_unreadable: ({ found }) => `不符合账单格式：${found}`,
    entry_check: ({ expected, found, entry }) => `被改动：内容算出的校验码是 ${expected}，文件中写的是 ${found}：${entry}`,
    entry_check_changed: ({ expected, found }) => `校验码被改成 ${found}；内容仍属于该根，应为 ${expected}`,
    entry_number: ({ expected, found }) => `位于第 ${expected} 位，却写着第 ${found} 行`,
    entry_bounds: ({ found }) => `违反规则：${wordsOf(CHINESE_RULES, found)}`,
    fact_differs: ({ expected, found }) => `文件写 ${found}，释放计划是 ${expected}`,
    fact_range: ({ found }) => `${found} 超出范围`,
    total_differs: ({ expected, found }) => `文件写 ${found}，重新计算是 ${expected}`,
    total_range: ({ found }) => `${found} 超出范围`,
    root_unreadable: ({ found }) => `不符合账单格式：${found}`,
    root_unjudged: () => '上面有条目无法读取，因此无法重新计算',
    root_follows: ({ expected, found }) => `文件写 ${found}，上面被改动的条目算出 ${expected}`,
    root_differs: ({ expected, found }) => `文件写 ${found}，全部条目算出 ${expected}`,
    previous_differs: ({ expected, found }) => `文件写 ${found}，由上一期账单推出 ${expected}`,
    chain_differs: ({ expected, found }) => `账单写 ${found}，链上是 ${expected}`,
    chain_not_closed: () => '本期尚未在链上关闭：这是草稿，没有锚定',
    chain_no_contract: ({ found }) => `地址 ${found} 上没有合约`,
    chain_transaction_missing: ({ found }) => `链上没有 ${found}`,
    chain_transaction_failed: ({ found }) => `${found} 已被回退`,
  },
  more: (count) => `另有 ${count} 个问题`,
  verdict: (holds, withChain) => {
    if (!holds) return '账单不成立。'
    return withChain ? '账单成立，并得到链上确认。' : '账单自身成立。加上 --rpc 地址可与链上比较。'
  },
  command: {
    usage: () => '用法：npm run verify -- 文件 [--rpc 地址] [--previous 上一期文件] [--language en|zh]',
    file_missing: (path) => `没有文件 ${path}。`,
    file_not_readable: (path) => `无法读取文件 ${path}。`,
    rpc_form: (url) => `RPC 地址 ${url} 不是 http 或 https 地址。`,
    rpc_failed: (detail) => `无法读取链上数据，因此不作链上结论：${detail}`,
  },
}

export const TEXTS: Readonly<Record<Language, Texts>> = { en: ENGLISH, zh: CHINESE }

/** One line of output: whether it holds, where, what, and the stable code when it does not. */
export function findingText(finding: StatementFinding, language: Language): string {
  const texts = TEXTS[language]
  const { part, name } = finding.place
  const words = part === 'chain' && name === 'root' ? texts.parts.root('') : wordsOf(texts.fields, name)
  const separator = language === 'en' ? ': ' : '：'
  const place = texts.parts[part](words)
  return `${finding.holds ? texts.good : texts.bad}  ${place}${separator}${texts.codes[finding.code](finding)}${finding.holds ? '' : ` [${finding.code}]`}`
}
