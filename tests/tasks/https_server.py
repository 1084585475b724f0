"""A real https server on loopback, with an authority of its own that nobody else trusts."""

import datetime as dt
import http.server
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.serving import LOOKS_S

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def make_certificates(folder: Path, host: str, *, days: int = 1) -> tuple[Path, Path]:
    """Make an authority and a certificate of a host; return the files of each."""
    now = dt.datetime.now(dt.UTC)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def sign(name: str, public, issuer: str, extensions: list) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(issuer))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=9))
            .not_valid_after(now + dt.timedelta(days=days))
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(authority_key, hashes.SHA256())

    subject_key = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    authority = sign(
        "throwaway", authority_key.public_key(), "throwaway",
        [(x509.BasicConstraints(ca=True, path_length=None), True), (subject_key, False),
         (usage, True)],
    )  # fmt: skip
    names = [x509.DNSName(host), x509.IPAddress(ipaddress.ip_address("127.0.0.2"))]
    own = sign(
        host, key.public_key(), "throwaway",
        [(x509.SubjectAlternativeName(names), False),
         (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key), False)],
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    authority_file, server_file = folder / "authority.pem", folder / "server.pem"
    authority_file.write_bytes(authority.public_bytes(pem))
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    server_file.write_bytes(own.public_bytes(pem) + private)
    return authority_file, server_file


@contextmanager
def serve(certificate: Path, answers: dict[str, Answer]) -> Iterator[tuple[int, list[str]]]:
    """Serve answers by path on 127.0.0.1; give the port, and who was asked for what."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(f"{self.headers['Host']}{self.path}")
            self.close_connection = True
            answers[self.path.partition("?")[0]](self)

        def do_POST(self) -> None:
            self.body = self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # a client that leaves is no news
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(LOOKS_S,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(content: bytes, status: int = 200, **headers: str) -> Answer:
    """Return an answer of this content."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        told = {"Content_Length": str(len(content)), **headers}
        for name, text in told.items():
            handler.send_header(name.replace("_", "-"), text)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def redirect(where: str) -> Answer:
    """Return an answer that leads elsewhere."""
    return send(b"", 302, Location=where)
