"""Each kind of file has the function that extracts it."""

import pytest

from seedqa.index.documents.formats import EXTENSIONS, find_extractor


@pytest.mark.parametrize("extension", sorted(EXTENSIONS))
def test_every_kind_of_file_has_an_extractor(extension: str) -> None:
    found = find_extractor(extension)
    kind = {".md": "markdown", ".htm": "html", ".txt": "text"}.get(extension, extension[1:])
    assert found.__name__ == f"extract_{kind}"
