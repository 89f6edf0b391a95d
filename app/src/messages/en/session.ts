// Words for signing in, activating, and what a browser lacks.
export const session = {
  title: 'Sign in to Miaopu',
  number: 'Staff or student number',
  password: 'Password',
  signIn: 'Sign in',
  firstTime: 'First time? Set your password with the activation code',
  activateTitle: 'Activate your account',
  code: 'Activation code',
  codeHint: 'From your administrator, good for one use',
  newPassword: 'Choose a password',
  activate: 'Activate and sign in',
  haveAccount: 'I have a password',
  expired: 'You are signed out; sign in again. Unsent work is still on this phone.',
  signOut: 'Sign out',
  signOutAsk: 'What belongs to others is deleted from this phone.',
  signOutUnsent: (n: number) =>
    `${n} items have not arrived. They stay sealed on this phone and are sent when you sign in again.`,
  wechat: 'Open this page in the browser (menu at the top right), or it will not work offline',
  noStorage:
    'This phone cannot keep anything: do not write offline. Private mode or a full phone does this; try another browser',
  install:
    'On an iPhone, add Miaopu to the home screen first: Share, then Add to Home Screen. Otherwise the system may clear unsent work after seven days without use.',
  otherTab: 'Miaopu is open in another tab; go on there, or close it and reload this page.',
}
