// tus-js-client in Node, told by a test what to send. On its output, a line each: `at URL OFFSET` after each chunk, upon
// which it waits for a line; `token` where the server refused the one it has, upon which it waits for another; at last
// `done` or `ended`. What fails is an error of the process.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Upload } from 'tus-js-client'

const UNAUTHORIZED = 401

const told = JSON.parse(process.argv[2])
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
let { token } = told
let isRefused = false

async function ask(line) {
  console.log(line)
  return (await lines.next()).value
}

const statusOf = (error) => error.originalResponse?.getStatus()

await new Promise((resolve, reject) => {
  const upload = new Upload(createReadStream(told.file), {
    endpoint: told.endpoint,
    uploadUrl: told.url,
    uploadSize: told.length,
    chunkSize: told.chunk,
    metadata: told.metadata,
    uploadDataDuringCreation: told.creation,
    retryDelays: [0, 200, 500, 1000, 2000],
    onBeforeRequest: async (request) => {
      if (isRefused) token = await ask('token')
      isRefused = false
      request.setHeader('Authorization', `Bearer ${token}`)
    },
    onShouldRetry: (error) => {
      isRefused = statusOf(error) === UNAUTHORIZED
      return isRefused || statusOf(error) !== 403
    },
    onChunkComplete: (_, offset) => {
      if (offset === told.length) return
      // The next chunk goes once the test says so.
      upload.abort()
      ask(`at ${upload.url} ${offset}`).then(async (answer) => {
        if (answer !== 'end') return upload.start()
        await upload.abort(true)
        console.log('ended')
        resolve()
      }, reject)
    },
    onSuccess: () => {
      console.log('done')
      resolve()
    },
    onError: reject,
  })
  upload.start()
})
process.exit(0)
