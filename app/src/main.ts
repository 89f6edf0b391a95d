// Starts the app: preferences and sentences first, so that the first screen is already in the right words and colours.
import { createApp } from 'vue'
import './styles/base.css'
import App from './App.vue'
import { loadPreferences } from './core/preferences'
import { watchForUpdates } from './core/update'
import { loadMessages } from './messages'
import { router } from './router'
import './styles/vant.css'

await loadPreferences()
await loadMessages()
createApp(App).use(router).mount('#app')
watchForUpdates()
