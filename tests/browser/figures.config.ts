// What `make bench` has a browser measure: the browser of the tests, against a server that the bench has filled.
import base from './playwright.config.ts'

export default { ...base, testMatch: '**/*.figure.ts', reporter: 'line' }
