// Me: settings, hours, devices, storage.
export const me = {
  settings: 'Settings',
  language: 'Language',
  theme: 'Appearance',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  textSize: 'Text size',
  textSizes: { standard: 'Standard', large: 'Large', huge: 'Extra large' },
  wifiOnly: 'Send originals on Wi-Fi only',
  wifiOnlyHint: 'Text and sketches are always sent; original photos, voices and clips wait for Wi-Fi.',
  storage: 'Storage on this phone',
  usage: 'Used by Miaopu',
  persisted: 'The system promised to keep this data',
  notPersisted: 'The system may clear web data when space is short; add Miaopu to the home screen',
  rules: 'Version of the rules',
}
