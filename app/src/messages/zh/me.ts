// 我的: settings, hours, devices, storage.
export const me = {
  settings: '设置',
  language: '语言',
  theme: '外观',
  themes: { system: '跟随系统', light: '浅色', dark: '深色' },
  textSize: '字号',
  textSizes: { standard: '标准', large: '大', huge: '特大' },
  wifiOnly: '原件仅在 Wi-Fi 下上传',
  wifiOnlyHint: '文字和小图随时上传；照片、录音和视频的原件等到 Wi-Fi。',
  storage: '本机存储',
  usage: '苗圃在本机占用',
  persisted: '系统已答应保留这些数据',
  notPersisted: '系统可能在空间不足时清除网页数据；请把苗圃添加到主屏幕',
  rules: '规则版本',
}
