import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: {
    include: ['tests/**/*.test.ts'],
    environment: 'happy-dom',
    testTimeout: 20_000, // on a loaded machine
    hookTimeout: 20_000,
    setupFiles: ['tests/setup.ts'],
  },
})
