// Starts the app: preferences and sentences first, so that the first screen is already in the right words and colours;
// then the account of the last visit, from this phone's own disk.
import { createApp } from 'vue'
import './styles/base.css'
import './styles/forms.css'
import App from './App.vue'
import { resumeAccount, watchPhone } from './core/account'
import { loadPreferences } from './core/preferences'
import { watchForUpdates } from './core/update'
import { keepSending } from './core/uploads'
import { loadMessages } from './messages'
import { router } from './router'
import './styles/vant.css'

await loadPreferences()
await loadMessages()
await resumeAccount()
createApp(App).use(router).mount('#app')
watchForUpdates()
watchPhone()
keepSending()
