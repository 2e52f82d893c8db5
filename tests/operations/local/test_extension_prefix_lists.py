"""Prefix lists of AWS as the extension makes them."""

import pytest

from tests.operations.local.conftest import Clients


@pytest.mark.parametrize("region", ["ap-northeast-2", "ap-northeast-1"])
@pytest.mark.parametrize(("infix", "family"), [("", "IPv4"), ("ipv6.", "IPv6")])
def test_every_region_knows_the_health_checkers_of_route53(
    aws: Clients, region: str, infix: str, family: str
) -> None:
    ec2 = aws("ec2", region)
    name = f"com.amazonaws.{region}.{infix}route53-healthchecks"
    found = ec2.describe_managed_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": [name]}])
    (made,) = found["PrefixLists"]
    assert (made["AddressFamily"], made["OwnerId"]) == (family, "AWS")
    assert ec2.get_managed_prefix_list_entries(PrefixListId=made["PrefixListId"])["Entries"]
