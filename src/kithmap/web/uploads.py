"""Files that are sent up: written into the workspace's own folder of passing things, never larger than allowed."""

from typing import Any

from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

from kithmap.web import settings as ours

TOO_LARGE = "too_large"


class ToWorkspace(TemporaryFileUploadHandler):
    """Writes a file piece by piece to where the workspace's unfinished things are swept from."""

    taken = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece, unless the file has grown too large."""
        self.taken += len(raw_data)
        if self.taken > ours.MOST_UPLOADED_BYTES:
            request: Any = self.request
            request.META[TOO_LARGE] = True
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)
