"""Writes signed shortcuts from the documented format, for tests; every part can be told to be wrong."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import plistlib
import struct
from dataclasses import dataclass, field, replace
from typing import Any

import lzfse
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY = ec.derive_private_key(0x5EED, ec.SECP256R1())
OTHER = ec.derive_private_key(0xBAD, ec.SECP256R1())


def certificate(key: ec.EllipticCurvePrivateKey = KEY) -> bytes:
    """Signed by itself, DER."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    day = datetime.datetime(2024, 1, 1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, day, day + datetime.timedelta(days=9))
    return made.sign(key, SHA256()).public_bytes(Encoding.DER)


def archive(content: bytes, name: bytes = b"Shortcut.wflow", magic: bytes = b"AA01") -> bytes:
    """An Apple Archive of a folder and one file, as the Shortcuts app makes them."""
    folder = _entry(magic, b"TYP1D" + b"PATP\0\0" + b"MTMT" + bytes(12))
    told = b"TYP1F" + b"PATP" + struct.pack("<H", len(name)) + name + b"UID4" + bytes(4)
    return folder + _entry(magic, told + b"DATB" + struct.pack("<I", len(content))) + content


def _entry(magic: bytes, fields: bytes) -> bytes:
    return magic + struct.pack("<H", 6 + len(fields)) + fields


def derive(key: bytes, purpose: bytes, salt: bytes = b"") -> bytes:
    return HKDF(SHA256(), 32, salt, purpose).derive(key)


def mac(key: bytes, data: bytes, salt: bytes = b"") -> bytes:
    return hmac.new(key, salt + data + struct.pack("<Q", len(salt)), "sha256").digest()


@dataclass(frozen=True)
class Signed:
    """A signed archive of a content; what is left alone is right."""

    content: bytes
    key: ec.EllipticCurvePrivateKey = KEY
    authentication: dict[str, Any] = field(
        default_factory=lambda: {"SigningCertificateChain": [certificate()]}
    )
    segment: int = 2**20
    per_cluster: int = 256
    packing: bytes = b"e"
    sums: int = 2
    compress: Any = lzfse.compress
    head: bytes = b"AEA1\0\0\0\0"
    declared: dict[str, int] = field(default_factory=dict)
    """Fields of the root header that are not what they should be."""
    sizes: tuple[int, int] | None = None
    """Size and packed size that the first segment declares."""

    def write(self, **changes: Any) -> bytes:
        if changes:
            return replace(self, **changes).write()
        told = plistlib.dumps(self.authentication, fmt=plistlib.FMT_BINARY)
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        random, salt = hashlib.sha256(b"key").digest(), hashlib.sha256(b"salt").digest()
        main = derive(random, b"AEA_AMK" + self.head[4:8] + point, salt)
        check, clusters = self._clusters(main)
        fields = {
            "size": len(self.content),
            "archive": 12 + len(told) + 128 + 32 * 3 + 48 + 32 + len(clusters),
            "segment": self.segment,
            "per_cluster": self.per_cluster,
            **self.declared,
        }
        root = struct.pack("<QQIIcB22x", *fields.values(), self.packing, self.sums)
        root_check = mac(derive(main, b"AEA_RHEK"), root, check + told)
        front = self.head + struct.pack("<I", len(told)) + told
        back = random + salt + root_check + root + check
        signature = self.key.sign(front + bytes(128) + back, ec.ECDSA(SHA256()))
        return front + signature.ljust(128, b"\0") + back + clusters

    def _clusters(self, main: bytes) -> tuple[bytes, bytes]:
        """The check of the first cluster, and all clusters; built from the last to the first."""
        whole = self.segment * self.per_cluster
        after, out = hashlib.sha256(b"after").digest(), b""
        for number in reversed(range(-(-len(self.content) // whole) or 1)):
            key = derive(main, b"AEA_CK" + struct.pack("<I", number))
            headers, checks, segments = b"", b"", b""
            for i in range(self.per_cluster):
                start = number * whole + i * self.segment
                header, check, segment = self._segment(key, i, self.content[start : start + self.segment])
                headers, checks, segments = headers + header, checks + check, segments + segment
            own = mac(derive(key, b"AEA_CHEK"), headers, after + checks)
            out = headers + after + checks + segments + out
            after = own
        return after, out

    def _segment(self, key: bytes, i: int, plain: bytes) -> tuple[bytes, bytes, bytes]:
        packed = self.compress(plain) if plain and self.packing == b"e" else plain
        packed = packed if len(packed) < len(plain) else plain
        declared = self.sizes if self.sizes and not i else (len(plain), len(packed))
        summed = (hashlib.sha256(plain).digest() if plain else bytes(32)) if self.sums == 2 else b""
        return (
            struct.pack("<II", *declared) + summed,
            mac(derive(key, b"AEA_SK" + struct.pack("<I", i)), packed),
            packed,
        )
