import base64, hashlib, hmac, os, time
from http.server import BaseHTTPRequestHandler, HTTPServer

KEY = base64.b64decode(os.environ["SECRET"].removeprefix("whsec_"))


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        event, at = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        body = self.rfile.read(int(self.headers["content-length"]))
        digest = hmac.digest(KEY, f"{event}.{at}.".encode() + body, hashlib.sha256)
        expected = "v1," + base64.b64encode(digest).decode()
        given = self.headers["webhook-signature"].split()
        valid = any(hmac.compare_digest(expected, it) for it in given) and abs(time.time() - int(at)) < 300
        self.send_response(204 if valid else 401)
        self.end_headers()
        print(event, body.decode() if valid else "refused", flush=True)


HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Receiver).serve_forever()
