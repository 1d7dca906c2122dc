"""Names read as what they are."""

import pytest

from gateway.domain.names import one_line


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Akwaaba \t Mini\nMart ", "Akwaaba Mini Mart"),
        ("\u202eevil\u202c Ventures", "evil Ventures"),
        ("Akwa\u200baba\ufeff", "Akwaaba"),
        ("Ɛyɛ Ŋkɔŋ محل 多哥", "Ɛyɛ Ŋkɔŋ محل 多哥"),
        ("👩\u200d🌾 Farm", "👩\u200d🌾 Farm"),
        ("\u202e\u2066", ""),
    ],
)
def test_a_name_is_one_line_without_what_is_not_seen(given, kept):
    assert one_line(given) == kept
