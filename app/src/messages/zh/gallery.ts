// 素材库: approved media of a branch.
import { isolated } from '../isolated'

export const gallery = {
  branch: '支部',
  kind: '活动类型',
  phase: '阶段',
  from: '从',
  to: '到',
  all: '全部',
  empty: '没有符合条件的素材。',
  more: '再看一些',
  count: (n: number) => `已显示 ${n} 项`,
  download: '下载无位置副本',
  downloadHint: '副本的画面不变，去掉了拍摄位置等信息。',
  original: '下载原件',
  originalHint: '原件可能带有拍摄位置；谁在何时为何下载，会记入该支部的审计记录。',
  originalReason: '为什么需要原件',
  originalExample: '如：年度汇编印刷用',
  previous: '上一张',
  next: '下一张',
  open: (name: string) => `放大${isolated(name)}`,
  offline: '素材库需要联网查看。',
}
