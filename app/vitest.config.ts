import { fileURLToPath } from 'node:url'
import { VantResolver } from '@vant/auto-import-resolver'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue(), Components({ resolvers: [VantResolver({ importStyle: false })], dts: false, dirs: [] })],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: {
    include: ['tests/**/*.test.ts'],
    environment: 'happy-dom',
    testTimeout: 20_000, // on a loaded machine the first mount of Vant alone takes 5 s
    hookTimeout: 20_000,
    setupFiles: ['tests/setup.ts'],
    // Vant's style files import .css: they must go through Vite, not Node.
    server: { deps: { inline: [/vant/] } },
  },
})
