"""A real S3 server for tests: it checks signatures, which imitations in memory do not."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from tests.servers import free_port, wait_for_port

BUCKET = "contest"
KEYS = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "a secret of the tests"}


@contextmanager
def seaweed() -> Iterator[str]:
    """A SeaweedFS server on free local ports with an empty bucket; gives its address. It tells nobody about itself."""
    with tempfile.TemporaryDirectory(prefix="contest-s3-") as folder:
        identity = {
            "name": "tests",
            "credentials": [{"accessKey": KEYS["AWS_ACCESS_KEY_ID"], "secretKey": KEYS["AWS_SECRET_ACCESS_KEY"]}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        config, log = Path(folder, "s3.json"), Path(folder, "log")
        config.write_text(json.dumps({"identities": [identity]}))
        ports = {name: free_port() for name in ("master", "volume", "filer", "s3")}
        weed = Path(sys.executable).with_name("weed")
        argv = [weed, "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}", "-filer", "-s3"]
        argv += [f"-{name}.port={port}" for name, port in ports.items()]
        argv += [f"-{name}.port.grpc={free_port()}" for name in ports]
        argv += [f"-s3.config={config}", "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false"]
        argv += ["-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-volume.max=16"]
        quiet = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        with log.open("wb") as said:
            server = subprocess.Popen(argv, cwd=folder, env=quiet, stdout=said, stderr=said)
        try:
            address = f"http://127.0.0.1:{ports['s3']}"
            wait_for_port(ports["s3"], seconds=60, process=server)
            _make_bucket(address)
            yield address
        finally:
            server.kill()  # its data goes with the folder; a clean stop takes 10 s
            server.wait(10)


def _make_bucket(address: str) -> None:
    """The port listens before the parts behind it have found one another, so the first tries may fail."""
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
    )
    deadline = time.monotonic() + 30
    while True:
        try:
            client.create_bucket(Bucket=BUCKET)
            client.put_object(Bucket=BUCKET, Key="first", Body=b"1")
            client.delete_object(Bucket=BUCKET, Key="first")
        except (ClientError, BotoCoreError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            client.close()
            return
