#!/usr/bin/env bash
# Server-sent events before two readers for Python: httpx-sse 0.4.3 (the one of MCP's SDK) and sseclient-py 1.9.0, both PyPI.
#
# A block without `data` sets the last id, or does nothing, and is no event: httpx-sse hands it out as one with an empty text, which is no JSON. sseclient-py forgets the id of such a block, so that
# a client that reconnects asks for what it has had, and hands out what stands unfinished when the connection breaks. Both lose the first event behind a byte order mark,
# which a stream may start with.
#
# Seen (type, data and id of each event):
#   an id alone           httpx-sse     message "" 5 | message "z" 5
#   an id alone           sseclient-py  message "z" None
#   a type alone          httpx-sse     x "" - | message "y" -
#   a type alone          sseclient-py  message "y" None
#   an unfinished event   httpx-sse     message "whole" -
#   an unfinished event   sseclient-py  message "whole" None | message "half" None
#   a byte order mark     httpx-sse     none
#   a byte order mark     sseclient-py  none
#
# Valid input: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check httpx-sse==0.4.3 sseclient-py==1.9.0 httpx==0.28.1 requests==2.33.1

cat > look.py <<'LOOK'
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx, httpx_sse, requests, sseclient

STREAMS = {
    "an id alone": "id: 5\n\ndata: z\n\n",
    "a type alone": "event: x\n\ndata: y\n\n",
    "an unfinished event": "data: whole\n\ndata: half\n",
    "a byte order mark": "\ufeffdata: one\n\n",
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(list(STREAMS.values())[int(self.path[1:])].encode())

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()


def by_httpx(url):
    with httpx.Client(trust_env=False) as client, httpx_sse.connect_sse(client, "GET", url) as stream:
        return list(stream.iter_sse())


def by_requests(url):
    session = requests.Session()
    session.trust_env = False
    return list(sseclient.SSEClient(session.get(url, stream=True)).events())


for number, what in enumerate(STREAMS):
    url = f"http://127.0.0.1:{server.server_port}/{number}"
    for name, read in (("httpx-sse", by_httpx), ("sseclient-py", by_requests)):
        told = [f'{event.event} "{event.data}" {event.id or ("-" if event.id == "" else event.id)}' for event in read(url)]
        print(f"{what:20}  {name:12}  {' | '.join(told) or 'none'}")
LOOK
venv/bin/python look.py | tee seen
diff - seen <<'SEEN'
an id alone           httpx-sse     message "" 5 | message "z" 5
an id alone           sseclient-py  message "z" None
a type alone          httpx-sse     x "" - | message "y" -
a type alone          sseclient-py  message "y" None
an unfinished event   httpx-sse     message "whole" -
an unfinished event   sseclient-py  message "whole" None | message "half" None
a byte order mark     httpx-sse     none
a byte order mark     sseclient-py  none
SEEN
