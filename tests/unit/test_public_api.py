"""What `import kithmap` offers, and no more."""

import kithmap


def test_the_public_names_are_exactly_the_verbs_and_nouns() -> None:
    assert sorted(kithmap.__all__) == sorted(kithmap._HOMES)


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    for name in kithmap.__all__:
        assert getattr(kithmap, name).__doc__
