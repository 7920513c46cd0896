"""Files that are sent up: sealed piece by piece as they arrive, never larger than allowed, never in the clear."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload

from kithmap.desk.uploads import Incoming
from kithmap.web import settings as ours
from kithmap.web.visit import USER
from kithmap.web.workspaces import lent

TOO_LARGE = "too_large"


class Sent(UploadedFile):
    """A file that arrived, sealed: what a page gives the desk."""

    def __init__(self, incoming: Incoming, name: str) -> None:
        super().__init__(file=BytesIO(), name=name, size=incoming.size)
        self.incoming = incoming


class ToWorkspace(FileUploadHandler):
    """Seals a file into the workspace, piece by piece."""

    incoming: Incoming | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file; one of somebody who is not signed in is read past and not kept."""
        super().new_file(*args, **kwargs)
        request: Any = self.request
        if not request.session.get(USER):
            raise SkipFile
        with lent() as workspace:
            self.incoming = Incoming(workspace)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002  as Django calls it
        """Seal a piece, unless the file has grown too large."""
        if self.incoming is None:
            return
        if self.incoming.size + len(raw_data) > ours.MOST_UPLOADED_BYTES:
            request: Any = self.request
            request.META[TOO_LARGE] = True
            self.incoming.drop()
            raise StopUpload(connection_reset=False)
        self.incoming.write(raw_data)

    def file_complete(self, file_size: int) -> Sent | None:  # noqa: ARG002  as Django calls it
        """Give the file that arrived."""
        if self.incoming is None:
            return None
        sent, self.incoming = Sent(self.incoming, self.file_name or ""), None
        return sent

    def upload_interrupted(self) -> None:
        """Keep nothing of a file that broke off."""
        if self.incoming is not None:
            self.incoming.drop()


def drop_unfinished(request: Any) -> None:
    """Keep nothing of files that did not arrive to their end."""
    for handler in request.upload_handlers:
        if isinstance(handler, ToWorkspace):
            handler.upload_interrupted()
