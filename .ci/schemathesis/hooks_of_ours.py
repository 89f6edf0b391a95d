# Hooks of schemathesis: how bytes of uploads are written, and ids of things that exist in half of the requests.
import json
import os
import zlib

import schemathesis

KNOWN = json.loads(os.environ["MIAOPU_KNOWN"])


@schemathesis.serializer("application/offset+octet-stream")
def octets(_, value):
    """Any bytes will do."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def before_call(context, case, kwargs):
    """An id that exists, where the one that was made up is even."""
    made_up = (case.path_parameters or {}).get("id")
    noun = case.operation.path.split("/")[3:4]
    if isinstance(made_up, str) and noun and noun[0] in KNOWN and zlib.crc32(made_up.encode()) % 2 == 0:
        case.path_parameters["id"] = KNOWN[noun[0]]
