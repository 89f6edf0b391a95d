// Starts the app: preferences and sentences first, so that the first screen is already in the right words and colours;
// then the account of the last visit, from this phone's own disk.
import { createApp } from 'vue'
import './styles/base.css'
import './styles/buttons.css'
import './styles/forms.css'
import App from './App.vue'
import { resumeAccount, watchPhone } from './core/account'
import { loadPreferences } from './core/preferences'
import { watchForUpdates } from './core/update'
import { keepSending } from './core/uploads'
import { loadMessages } from './messages'
import { findScreen } from './router'
import { RouterLink, startNavigation } from './ui/navigation'

await loadPreferences()
await loadMessages()
await resumeAccount()
await startNavigation(findScreen)
createApp(App).component('RouterLink', RouterLink).mount('#app')
void watchForUpdates()
watchPhone()
keepSending()
