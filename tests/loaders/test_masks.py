"""What is left of a masked value."""

from typing import Any

import pytest

from loaders.masks import Mask, mask

_MOZILLA = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "


@pytest.mark.parametrize(
    ("form", "value", "masked"),
    [
        (Mask.TEXT, "Ada", "A•••"),
        # A domain is no domain in what somebody wrote.
        (Mask.TEXT, "lunch @ noon, my number is 5", "l•••"),
        (Mask.EMAIL, "ada@example.com", "a•••@example.com"),
        (Mask.EMAIL, '"a@b"@example.com', '"•••@example.com'),
        (Mask.EMAIL, "@example.com", "•••"),
        (Mask.EMAIL, "Ada Lovelace", "•••"),
        (Mask.NUMBER, "GPA.3300-0042", "•••0042"),
        (Mask.NUMBER, "12345678", "•••5678"),
        (Mask.NUMBER, "1234567", "•••"),
        (Mask.NETWORK, "203.0.113.77", "203.0.113.0/24"),
        (Mask.NETWORK, " 203.0.113.77 ", "203.0.113.0/24"),
        (Mask.NETWORK, "::ffff:203.0.113.77", "203.0.113.0/24"),
        (Mask.NETWORK, "2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        (Mask.NETWORK, "::1", "::/48"),
        (Mask.NETWORK, "203.0.113.77, 10.0.0.1", "•••"),
        (Mask.NETWORK, "203.0.113.77/32", "•••"),
        (Mask.NETWORK, "localhost", "•••"),
        (Mask.CLIENT, "Mozilla/5.0 (X11; rv:142.0) Gecko/20100101 Firefox/142.0", "Firefox"),
        (Mask.CLIENT, f"{_IPHONE}(KHTML, like Gecko) FxiOS/142.0 Safari/605.1.15", "Firefox"),
        (Mask.CLIENT, f"{_MOZILLA}Chrome/140.0.0.0 Safari/537.36", "Chrome"),
        (Mask.CLIENT, f"{_IPHONE}(KHTML, like Gecko) CriOS/140.0 Safari/604.1", "Chrome"),
        (Mask.CLIENT, f"{_MOZILLA}Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge"),
        (Mask.CLIENT, f"{_MOZILLA}Chrome/139.0.0.0 Safari/537.36 OPR/122.0.0.0", "Opera"),
        (Mask.CLIENT, f"{_IPHONE}(KHTML, like Gecko) Version/18.6 Safari/604.1", "Safari"),
        (Mask.CLIENT, "curl/8.15.0", "curl"),
        (Mask.CLIENT, "Ada's own reader 1.0", "other"),
    ],
)
def test_a_mask_leaves_little(form: Mask, value: str, masked: str) -> None:
    assert mask(value, form) == masked


@pytest.mark.parametrize("form", Mask)
@pytest.mark.parametrize("value", [None, "", 7, {"model": "phone"}, ["Ada"]])
def test_what_is_no_text_is_not_shown_at_all(form: Mask, value: Any) -> None:
    assert mask(value, form) is None
