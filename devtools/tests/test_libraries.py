"""Libraries of the web client that lie in this repository."""

import shutil

import pytest

from libraries.fetch import LIBRARIES, ROOT, find_differences


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.package)
def test_is_what_it_is_to_be(library):
    assert not find_differences(library)


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.package)
def test_has_its_licence(library):
    text = (ROOT / library.folder / "LICENSE").read_text()
    assert "Permission is hereby granted, free of charge" in text


def test_a_changed_file_is_noticed(tmp_path):
    library = LIBRARIES[0]
    shutil.copytree(ROOT / library.folder, tmp_path / library.folder)
    name, *_others = library.files
    changed = tmp_path / library.folder / name
    changed.write_text(changed.read_text() + "\n")
    (tmp_path / library.folder / "LICENSE").unlink()
    assert find_differences(library, tmp_path) == [
        f"{library.folder}/{name}",
        f"{library.folder}/LICENSE",
    ]
