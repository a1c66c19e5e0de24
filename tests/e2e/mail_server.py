#!/usr/bin/env python3
# A mail server for tests: aiosmtpd, which prints each mail and each login as a line of JSON.
# SPDX-License-Identifier: Apache-2.0
# Usage: mail_server.py [CERT KEY USER PASSWORD]   With a certificate it wants STARTTLS and a login first.
# Mailboxes `refused` and `busy` do not take mail; `busy` takes the second attempt.
# A mail whose text has `spam` in it is refused.
import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


def tell(**facts):
    print(json.dumps(facts), flush=True)


def head_of(content):
    return content.partition(b"\r\n\r\n")[0].split(b"\r\n")


class Mailboxes:
    def __init__(self):
        self.busy = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused@"):
            return "550 5.1.1 no such mailbox here"
        if address.startswith("busy@") and address not in self.busy:
            self.busy.add(address)
            return "451 4.3.0 come again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        if "spam" in mail.get_content():
            return "554 5.7.1 it looks like spam"
        tell(
            kind="mail",
            sender=envelope.mail_from,
            receivers=envelope.rcpt_tos,
            tls=session.ssl is not None,
            user=session.auth_data,
            headers={name: str(value) for name, value in mail.items()},
            names=mail.keys(),
            defects=[str(d) for part in (mail, *mail.values()) for d in part.defects],
            seconds=mail["Date"].datetime.timestamp(),
            text=mail.get_payload(decode=True).decode(mail.get_content_charset()),
            has_blank_line=any(not line.strip() for line in head_of(envelope.content)),
            longest=max(len(line) for line in envelope.content.split(b"\r\n")),
            is_ascii=envelope.content.isascii(),
        )
        return "250 OK"


def options_of(cert, key, user, password):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)

    def judge(server, session, envelope, mechanism, login):
        is_right = (login.login, login.password) == (user.encode(), password.encode())
        tell(kind="login", mechanism=mechanism, tls=session.ssl is not None, is_right=is_right)
        return AuthResult(success=is_right, handled=False, auth_data=user if is_right else None)

    return dict(tls_context=context, require_starttls=True, auth_required=True, authenticator=judge)


async def main():
    options = options_of(*sys.argv[1:]) if sys.argv[1:] else {}
    mailboxes = Mailboxes()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailboxes, **options), "127.0.0.1", 0)
    await server.serve_forever()


asyncio.run(main())
