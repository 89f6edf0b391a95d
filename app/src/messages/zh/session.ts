// Words for signing in, activating, and what a browser lacks.
export const session = {
  title: '登录苗圃',
  number: '工号或学号',
  password: '密码',
  signIn: '登录',
  firstTime: '第一次使用？用激活码设置密码',
  activateTitle: '激活账号',
  code: '激活码',
  codeHint: '由管理员发给您，只能用一次',
  newPassword: '设置密码',
  activate: '激活并登录',
  haveAccount: '已有密码，去登录',
  expired: '登录已失效，请重新登录。未发送的内容仍在本机。',
  signOut: '退出登录',
  signOutAsk: '退出后，本机上别人的内容会删除。',
  signOutUnsent: (n: number) => `还有 ${n} 项没有送达。它们会封存在本机，您再次登录后继续发送。`,
  wechat: '请点右上角，选择“在浏览器打开”，否则无法离线使用',
  noStorage: '本机无法保存，请勿离线填写。无痕模式或空间不足会这样，请换一个浏览器',
  install:
    '在 iPhone 上请先把苗圃添加到主屏幕：点“分享”，再点“添加到主屏幕”。否则系统可能在七天不用后清除未送达的内容。',
  otherTab: '苗圃已在另一个标签页打开，请到那里继续，或关闭它后刷新本页。',
}
