"""Files in a bucket of an S3-compatible server. The only importer of boto3."""

import contextlib
import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import quote

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected

from contest.storage.base import BLOCK, OCTETS, Away, Missing, Multipart, Part, Stat, checked_key, checked_prefix

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_GONE = {"NoSuchKey", "NoSuchUpload", "404", "NotFound"}
_OUTSIDE = {"InvalidRange", "416", "RequestedRangeNotSatisfiable"}
_TRANSFER = TransferConfig(multipart_threshold=64 * BLOCK, multipart_chunksize=16 * BLOCK, max_concurrency=4)


class S3Storage:
    """See `Storage`. Keys of the server come from the usual AWS_* variables."""

    def __init__(self, *, bucket: str, prefix: str = "", endpoint: str = "", scratch: Path) -> None:
        self._bucket = bucket
        self._prefix = f"{checked_key(prefix)}/" if prefix else ""
        self._scratch = scratch
        # Servers other than Amazon's often know neither bucket names in host names nor checksums in trailers.
        own_server = (
            {
                "s3": {"addressing_style": "path"},
                "request_checksum_calculation": "when_required",
                "response_checksum_validation": "when_required",
            }
            if endpoint
            else {}
        )
        client = boto3.client(
            "s3",
            endpoint_url=endpoint or None,
            region_name=None if not endpoint else "us-east-1",
            config=Config(
                signature_version="s3v4",
                connect_timeout=10,
                read_timeout=60,
                retries={"max_attempts": 3, "mode": "standard"},
                **own_server,  # type: ignore[arg-type]  # the stubs do not know Config's options as a mapping
            ),
        )
        self._client: S3Client = cast(Any, _Asked(client))

    def put(self, key: str, source: Path | BinaryIO, *, content_type: str = OCTETS, move: bool = False) -> Stat:
        name, extra = self._name(key), {"ContentType": content_type}
        if isinstance(source, Path):
            self._client.upload_file(str(source), self._bucket, name, ExtraArgs=extra, Config=_TRANSFER)
        else:
            self._client.upload_fileobj(
                cast(BinaryIO, _Lent(source)), self._bucket, name, ExtraArgs=extra, Config=_TRANSFER
            )
        stored = self.stat(key)
        if move and isinstance(source, Path) and source.stat().st_size == stored.bytes:
            source.unlink()
        return stored

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        name = self._name(key)
        self._scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._scratch) as folder, _missing(key):
            path = Path(folder, "copy")
            self._client.download_file(self._bucket, name, str(path), Config=_TRANSFER)
            yield path

    def read_range(self, key: str, start: int, length: int) -> Iterator[bytes]:
        if length <= 0:
            self.stat(key)
            return iter(())
        try:
            with _missing(key):
                asked = f"bytes={start}-{start + length - 1}"
                answer = self._client.get_object(Bucket=self._bucket, Key=self._name(key), Range=asked)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _OUTSIDE:
                return iter(())
            raise
        return answer["Body"].iter_chunks(BLOCK)

    def stat(self, key: str) -> Stat:
        with _missing(key):
            head = self._client.head_object(Bucket=self._bucket, Key=self._name(key))
        return Stat(key=key, bytes=head["ContentLength"], modified_at=head["LastModified"])

    def delete(self, key: str) -> None:
        with contextlib.suppress(Missing), _missing(key):
            self._client.delete_object(Bucket=self._bucket, Key=self._name(key))

    def list(self, prefix: str) -> Iterator[Stat]:
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + checked_prefix(prefix)):
            for found in page.get("Contents", []):
                key = found["Key"].removeprefix(self._prefix)
                yield Stat(key=key, bytes=found["Size"], modified_at=found["LastModified"])

    def signed_get(self, key: str, *, expires_s: int, content_type: str, filename: str | None = None) -> str | None:
        asked = {"Bucket": self._bucket, "Key": self._name(key), "ResponseContentType": content_type}
        if filename is not None:
            asked["ResponseContentDisposition"] = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
        return self._client.generate_presigned_url("get_object", Params=asked, ExpiresIn=expires_s)

    def create_multipart(self, key: str, *, content_type: str = OCTETS) -> str:
        begun = self._client.create_multipart_upload(Bucket=self._bucket, Key=self._name(key), ContentType=content_type)
        return begun["UploadId"]

    def sign_part(self, key: str, upload: str, number: int, *, expires_s: int) -> str | None:
        asked = {"Bucket": self._bucket, "Key": self._name(key), "UploadId": upload, "PartNumber": number}
        return self._client.generate_presigned_url("upload_part", Params=asked, ExpiresIn=expires_s)

    def put_part(self, key: str, upload: str, number: int, body: bytes | BinaryIO) -> Part:
        if not 1 <= number <= 10_000:
            raise ValueError(f"part number {number} is not between 1 and 10000")
        size = len(body) if isinstance(body, bytes) else body.seek(0, io.SEEK_END)
        if not isinstance(body, bytes):
            body.seek(0)
        with _missing(f"{key}: {upload}"):
            kept = self._client.upload_part(
                Bucket=self._bucket, Key=self._name(key), UploadId=upload, PartNumber=number, Body=body
            )
        return Part(number=number, bytes=size, etag=kept["ETag"].strip('"'))

    def list_parts(self, key: str, upload: str) -> Sequence[Part]:
        pages = self._client.get_paginator("list_parts")
        with _missing(f"{key}: {upload}"):
            found = [
                part
                for page in pages.paginate(Bucket=self._bucket, Key=self._name(key), UploadId=upload)
                for part in page.get("Parts", [])
            ]
        return [Part(number=part["PartNumber"], bytes=part["Size"], etag=part["ETag"].strip('"')) for part in found]

    def list_multipart(self, prefix: str) -> Iterator[Multipart]:
        pages = self._client.get_paginator("list_multipart_uploads")
        for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + checked_prefix(prefix)):
            for found in page.get("Uploads", []):
                key = found["Key"].removeprefix(self._prefix)
                yield Multipart(key=key, upload=found["UploadId"], begun_at=found["Initiated"])

    def complete(self, key: str, upload: str, parts: Sequence[Part]) -> Stat:
        if not parts or not set(parts) <= set(self.list_parts(key, upload)):
            raise Missing(f"{key}: a part of {upload} is not there as it was named")
        ordered = sorted(parts, key=lambda part: part.number)
        with _missing(f"{key}: {upload}"):
            self._client.complete_multipart_upload(
                Bucket=self._bucket,
                Key=self._name(key),
                UploadId=upload,
                MultipartUpload={"Parts": [{"PartNumber": part.number, "ETag": part.etag} for part in ordered]},
            )
        return self.stat(key)

    def abort(self, key: str, upload: str) -> None:
        with contextlib.suppress(Missing), _missing(f"{key}: {upload}"):
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=self._name(key), UploadId=upload)

    def remove_leftovers(self, *, older_than_s: int) -> None:
        """A bucket shows no half object; who began a multipart upload sees to its parts."""

    def _name(self, key: str) -> str:
        return self._prefix + checked_key(key)


class _Asked:
    """The client, of which a server that is away is told from one that says no."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        ask = getattr(self._client, name)

        def asked(*words: Any, **named: Any) -> Any:
            try:
                return ask(*words, **named)
            except (NotConnected, HTTPClientError) as error:
                raise Away(f"{name}: {error}") from error
            except ClientError as error:
                if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
                    raise Away(f"{name}: {error}") from error
                raise

        return asked


class _Lent:
    """A stream of the caller's, which boto3 would close behind itself."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def close(self) -> None: ...


@contextmanager
def _missing(what: str) -> Iterator[None]:
    """Turn the server's ways of saying that something is not there into Missing."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _GONE:
            raise Missing(what) from error
        raise
