"""Keeps the mails that it receives and answers two addresses of Mailpit's API, for .ci/containers.sh alone."""
import email
import email.policy
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from aiosmtpd.controller import Controller

mails = []


class Keep:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text = mail.get_body(("plain",))
        mails.append({"ID": str(len(mails)), "To": [{"Address": a} for a in envelope.rcpt_tos], "Subject": mail["Subject"], "Text": text.get_content()})
        return "250 kept"


class Api(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/api/v1/messages"):
            body = {"messages": [{k: m[k] for k in ("ID", "To", "Subject")} for m in reversed(mails)]}
        else:
            body = mails[int(self.path.rsplit("/", 1)[1])]
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


Controller(Keep(), hostname="0.0.0.0", port=1025).start()
ThreadingHTTPServer(("0.0.0.0", 8025), Api).serve_forever()
