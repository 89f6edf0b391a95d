import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

/** What a phone keeps to work without signal. The large icon is asked for by the home screen alone. */
const KEPT = /\.(js|css|html|wasm|svg)$|icon-192\.png$/

/** Builds src/sw.ts beside the app and writes into it which files there are. */
const serviceWorker = (): Plugin => ({
  name: 'service-worker',
  apply: 'build',
  writeBundle: ({ dir = 'dist' }) => {
    const worker = join(dir, WORKER)
    const files = readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((file) => KEPT.test(file) && file !== WORKER)
      .sort()
    const hash = createHash('sha256')
    for (const file of files) hash.update(file).update(readFileSync(join(dir, file)))
    const build = { files: files.map((file) => `/${file}`), hash: hash.digest('hex').slice(0, 16) }
    writeFileSync(worker, `const BUILD=${JSON.stringify(build)};${readFileSync(worker, 'utf8')}`)
  },
})

const WORKER = 'sw.js'

export default defineConfig({
  plugins: [vue(), serviceWorker()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // Components are written with setup alone.
  define: { __VUE_OPTIONS_API__: false },
  worker: { format: 'es' },
  build: {
    target: ['es2022', 'safari16', 'chrome107'],
    sourcemap: false,
    assetsInlineLimit: 0, // the content security policy knows no data: addresses
    chunkSizeWarningLimit: 300,
    rollupOptions: {
      input: { index: 'index.html', sw: 'src/sw.ts' },
      output: { entryFileNames: ({ name }) => (name === 'sw' ? WORKER : 'assets/[name]-[hash].js') },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})
