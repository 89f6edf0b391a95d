// Starts the app: the engine's worker before all, since it takes longest to be there; preferences and sentences, so that
// the first screen is already in the right words and colours; the account of the last visit, from this phone's own disk.
import { createApp } from 'vue'
import './styles/base.css'
import './styles/buttons.css'
import './styles/forms.css'
import App from './App.vue'
import { resumeAccount, watchPhone } from './core/account'
import { wakeEngine } from './core/engine'
import { loadPreferences } from './core/preferences'
import { watchForUpdates } from './core/update'
import { keepSending } from './core/uploads'
import { loadMessages } from './messages'
import { findScreen } from './router'
import { RouterLink, startNavigation } from './ui/navigation'

wakeEngine()
await loadPreferences()
await Promise.all([loadMessages(), resumeAccount()])
await startNavigation(findScreen)
createApp(App).component('RouterLink', RouterLink).mount('#app')
void watchForUpdates()
watchPhone()
keepSending()
