"""Signed shortcuts (`AEA1`): a container that is signed, not encrypted.

Apple Encrypted Archive, profile 0, as the AEA project (kinnay) documents it, all numbers little-endian:
header, authentication data, ECDSA signature, key and salt for the checks, root header, then clusters of
segments. Inside is an Apple Archive (`AA01`) whose one file is the property list.

What is checked: the signature over the head, with the key that the file itself names, the checks (HMAC) of
root header, cluster headers and segments, and each segment's SHA-256. So a damaged or half-changed file is
refused. Not checked: that the key is Apple's (the certificate chain): who made a file stays unknown.
"""

from __future__ import annotations

import hashlib
import hmac
import plistlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wfllm.errors import WfllmError
from wfllm.shortcuts.apple_archive import first_property_list
from wfllm.shortcuts.lzfse_blocks import decompress

MAX_UNPACKED = 32 * 2**20
"""Bytes of a shortcut; the largest real ones have a few million."""
MAX_SEGMENT = 4 * 2**20
"""Bytes; the Shortcuts app uses 1 MiB."""
_HEADER, _SIGNATURE, _KEY, _ROOT = 12, 128, 32, 48
_RAW, _LZFSE = b"-", b"e"
_NO_SUM, _SHA256 = 0, 2
_NEEDED = "a signed shortcut (AEA1), which needs the packages lzfse and cryptography"
_UNSIGNED = (
    "Run pip install 'wfllm[signed]', or get the unsigned form: open it in the Shortcuts app and share it "
    "as an iCloud link, whose record names an unsigned file."
)


class _DamagedError(Exception):
    """What is wrong with the container, in a few words."""


@dataclass(frozen=True)
class _Root:
    """The root header: how the content was cut up and packed."""

    size: int
    """Bytes of the content."""
    segment: int
    """Bytes that a segment holds at most."""
    per_cluster: int
    """Segments in a cluster; each has a header and a check, whether it is used or not."""
    packing: bytes
    sums: int


def read_signed(content: bytes, where: str | Path = "") -> bytes:
    """The property list inside a signed shortcut, its integrity checked (see the module's text).

    Raises:
        WfllmError: the optional packages are missing, it is another kind of archive, or it is damaged.
    """
    if len(content) >= _HEADER and content[4:7] != b"\0\0\0":
        raise WfllmError(
            f"an Apple archive of profile {int.from_bytes(content[4:7], 'little')}, which is encrypted",
            where=where,
            mend="Signed shortcuts have profile 0: export it from the Shortcuts app.",
        )
    try:
        import cryptography
        import lzfse
    except ImportError as fault:
        raise WfllmError(_NEEDED, where=where, mend=_UNSIGNED) from fault
    del cryptography
    try:
        return first_property_list(_content(content, lzfse.decompress))
    except (_DamagedError, ValueError) as fault:
        raise WfllmError(
            f"damaged signed shortcut ({fault})", where=where, mend="Export or download the shortcut again."
        ) from fault


def _content(content: bytes, unpack: Callable[[bytes], bytes]) -> bytes:
    """What the container holds, every check passed."""
    read = _Reader(content)
    head = read.take(_HEADER)
    authentication = read.take(int.from_bytes(head[8:], "little"))
    signature = read.take(_SIGNATURE)
    key, salt, root_check, root = (read.take(n) for n in (_KEY, 32, 32, _ROOT))
    cluster_check = read.take(32)
    signer = _signer(authentication)
    signed = head + authentication + bytes(_SIGNATURE) + key + salt + root_check + root + cluster_check
    if not signer.verifies(signature, signed):
        raise _DamagedError("its signature is not over this content")
    main = _derive(key, b"AEA_AMK" + head[4:8] + signer.point, salt)
    if not _holds(root_check, _derive(main, b"AEA_RHEK"), root, cluster_check + authentication):
        raise _DamagedError("the check of its root header fails")
    return _clusters(read, _parse_root(root, len(content)), main, cluster_check, unpack)


def _parse_root(raw: bytes, length: int) -> _Root:
    size, archive, segment, per_cluster, packing, sums = struct.unpack_from("<QQIIcB", raw)
    if archive != length:
        raise _DamagedError(f"{length:,} bytes long, {archive:,} are declared")
    if not 0 < size <= MAX_UNPACKED or not 0 < segment <= MAX_SEGMENT or not per_cluster:
        raise _DamagedError(f"unpacks to {size:,} bytes in segments of {segment:,}")
    if packing not in (_RAW, _LZFSE) or sums not in (_NO_SUM, _SHA256):
        raise _DamagedError("packed in a way that the Shortcuts app does not use")
    return _Root(size, segment, per_cluster, packing, sums)


def _clusters(
    read: _Reader, root: _Root, main: bytes, check: bytes, unpack: Callable[[bytes], bytes]
) -> bytes:
    out = bytearray()
    width = 8 + (32 if root.sums == _SHA256 else 0)
    cluster = 0
    while True:
        key = _derive(main, b"AEA_CK" + struct.pack("<I", cluster))
        headers = read.take(width * root.per_cluster)
        after = read.take(32)
        checks = read.take(32 * root.per_cluster)
        if not _holds(check, _derive(key, b"AEA_CHEK"), headers, after + checks):
            raise _DamagedError("the check of a cluster fails")
        for i in range(root.per_cluster):
            size, packed = struct.unpack_from("<II", headers, width * i)
            if not 0 < size <= root.segment or len(out) + size > root.size:
                raise _DamagedError("its segments are larger than it declares")
            segment = read.take(packed)
            if not _holds(
                checks[32 * i : 32 * i + 32], _derive(key, b"AEA_SK" + struct.pack("<I", i)), segment
            ):
                raise _DamagedError("the check of a segment fails")
            plain = segment if packed == size or root.packing == _RAW else decompress(segment, size, unpack)
            summed = headers[width * i + 8 : width * i + width]
            if len(plain) != size or (summed and hashlib.sha256(plain).digest() != summed):
                raise _DamagedError("a segment is not what was packed")
            out += plain
            if len(out) == root.size:
                return bytes(out)
        cluster, check = cluster + 1, after


class _Reader:
    """Takes bytes from the front; what is declared and not there is a fault."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def take(self, size: int) -> bytes:
        if size > len(self.content) - self.at:
            raise _DamagedError(f"cut off: {size:,} bytes are declared at byte {self.at:,}")
        self.at += size
        return self.content[self.at - size : self.at]


@dataclass(frozen=True)
class _Signer:
    """The key that a file says it was signed with."""

    point: bytes
    """Uncompressed point on NIST P-256, 65 bytes."""
    key: Any

    def verifies(self, signature: bytes, signed: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.hashes import SHA256

        try:  # a DER sequence says its own length; the rest of the field is padding
            self.key.verify(signature[: 2 + signature[1]], signed, ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


def _signer(authentication: bytes) -> _Signer:
    """From the authentication data: a property list with a certificate (signed for anyone, by way of
    iCloud) or a bare key (signed for one's contacts)."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import load_der_x509_certificate

    try:
        told = plistlib.loads(authentication)
        if "SigningCertificateChain" in told:
            key = load_der_x509_certificate(told["SigningCertificateChain"][0]).public_key()
        else:
            key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), told["SigningPublicKey"])
    except Exception as fault:  # of the property list, the certificate or the curve: each library's own
        raise _DamagedError("it does not say who signed it") from fault
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise _DamagedError("signed with a key of another kind")
    return _Signer(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint), key)


def _derive(key: bytes, purpose: bytes, salt: bytes = b"") -> bytes:
    """HKDF-SHA256, 32 bytes: one round."""
    extracted = hmac.digest(salt or bytes(32), key, "sha256")
    return hmac.digest(extracted, purpose + b"\x01", "sha256")


def _holds(check: bytes, key: bytes, data: bytes, salt: bytes = b"") -> bool:
    made = hmac.digest(key, salt + data + struct.pack("<Q", len(salt)), "sha256")
    return hmac.compare_digest(check, made)
