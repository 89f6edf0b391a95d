import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { VantResolver } from '@vant/auto-import-resolver'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { defineConfig, type Plugin } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

const ICONS = fileURLToPath(new URL('./src/styles/vant-icons.css', import.meta.url))

/** Vant's icon font weighs 25 kB and names a CDN: the few icons in use are drawn by our own style sheet. */
const ownIcons = (): Plugin => ({
  name: 'own-icons',
  enforce: 'pre',
  transform: {
    filter: { id: /vant\/(es|lib)\/icon\/index\.css/ },
    handler: () => readFileSync(ICONS, 'utf8'),
  },
})

export default defineConfig({
  plugins: [
    ownIcons(),
    vue(),
    // <van-button> in a template imports only that component and its style.
    Components({ resolvers: [VantResolver()], dts: 'components.d.ts', dirs: [] }),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.ts',
      registerType: 'prompt',
      injectRegister: false, // core/update.ts registers it
      manifest: {
        id: '/',
        name: '苗圃 · 支部活动记录',
        short_name: '苗圃',
        description: '支部活动的现场记录与素材档案，没有信号也能记',
        lang: 'zh-CN',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        background_color: '#ffffff',
        theme_color: '#1f6b3a',
        icons: [
          { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
      injectManifest: {
        // Without `wasm` here the rules would be missing offline: the default names only js, css and html.
        globPatterns: ['**/*.{js,css,html,wasm,svg}', 'icon-192.png'],
        maximumFileSizeToCacheInBytes: 4 * 1024 * 1024,
      },
      devOptions: { enabled: false },
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  worker: { format: 'es' },
  build: {
    target: ['es2022', 'safari16', 'chrome107'],
    sourcemap: false,
    assetsInlineLimit: 0, // the content security policy knows no data: addresses
    chunkSizeWarningLimit: 300,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})
