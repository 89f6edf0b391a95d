// Sends files by tus-js-client, all at once, and says `done`. It is told where, as whom and what, as JSON.
import { createReadStream } from 'node:fs'
import { Upload } from 'tus-js-client'

const { endpoint, headers, chunk, files } = JSON.parse(process.argv[2])

const sent = files.map(
  ({ path, length, metadata }) =>
    new Promise((onSuccess, onError) => {
      const options = { endpoint, headers, metadata, chunkSize: chunk, uploadSize: length, retryDelays: null }
      new Upload(createReadStream(path), { ...options, onSuccess, onError }).start()
    }),
)
await Promise.all(sent)
console.log('done')
process.exit(0)
