# tuspy, told by a test what to send, each chunk with its checksum. It says and hears what tus.mjs does.
import json
import sys

from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

UNAUTHORIZED = 401


def ask(line):
    print(line, flush=True)
    return sys.stdin.readline().strip()


def main():
    told = json.loads(sys.argv[1])
    client = TusClient(told["endpoint"], headers={"Authorization": f"Bearer {told['token']}"})
    uploader = client.uploader(
        told["file"],
        url=told["url"],
        chunk_size=told["chunk"],
        metadata=told["metadata"],
        upload_checksum=True,
        retries=5,
        retry_delay=0.3,
    )
    while uploader.offset < told["length"]:
        try:
            uploader.upload_chunk()
        except TusCommunicationError as error:
            if error.status_code != UNAUTHORIZED:
                raise
            client.set_headers({"Authorization": f"Bearer {ask('token')}"})
            continue
        if uploader.offset < told["length"]:
            ask(f"at {uploader.url} {uploader.offset}")
    print("done", flush=True)


main()
