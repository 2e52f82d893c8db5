"""What the CLI prints is what it was given."""

import pytest

from operations.console import err, out

ARN = "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:orders/prod-AbCdEf [ok]"


def test_the_name_of_a_secret_is_not_drawn_as_an_emoji(capsys: pytest.CaptureFixture[str]) -> None:
    out.print(ARN, markup=False)
    err.print(ARN, markup=False)
    assert capsys.readouterr() == (f"{ARN}\n", f"{ARN}\n")
