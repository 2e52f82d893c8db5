"""Certificate: validated by DNS, whatever its names share."""

import pytest
from cdktf import TerraformOutput, TerraformStack

from hybrid_constructs.aws import aws_provider
from hybrid_constructs.edge.certificate import Certificate
from tests.synth.builders import ACCOUNT, Synth
from tests.synth.synthesized import Synthesized

ZONE = "Z0123456789"
DOMAIN = "files.example.com"
KINDS = ("aws_acm_certificate", "aws_route53_record", "aws_acm_certificate_validation")


def certificate(scope: TerraformStack, *alternatives: str, domain: str = DOMAIN) -> Certificate:
    return Certificate(scope, "Tls", domain=domain, alternatives=alternatives, zone_id=ZONE)


def proofs(stack: Synthesized) -> dict[str, str]:
    """The name whose validation option each record takes its own name from, by construct path."""
    return {
        path: body["name"].split('["')[1].split('"]')[0]
        for path, body in stack.all("aws_route53_record").items()
    }


def test_one_name_is_proved_by_one_record_before_the_certificate_is_used(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        TerraformOutput(scope, "arn", value=certificate(scope).arn)

    stack = synth(build)
    body = stack.only("aws_acm_certificate")
    assert (body["domain_name"], body["validation_method"]) == (DOMAIN, "DNS")
    assert "subject_alternative_names" not in body
    assert body["lifecycle"] == {"create_before_destroy": True}
    record = stack.only("aws_route53_record")
    assert (record["zone_id"], record["ttl"], record["allow_overwrite"]) == (ZONE, 300, True)
    option = record["name"].removeprefix("${").removesuffix(".resource_record_name}")
    assert option.startswith("{for option in aws_acm_certificate.")
    assert option.endswith(f'.domain_validation_options : option.domain_name => option}}["{DOMAIN}"]'), (
        "by name: the options are a set whose order nobody knows"
    )
    assert record["type"] == f"${{{option}.resource_record_type}}"
    assert record["records"] == [f"${{{option}.resource_record_value}}"]
    validation = stack.only("aws_acm_certificate_validation")
    assert stack.follow(validation["certificate_arn"]) == "Tls/Certificate"
    assert stack.follow_all(validation["validation_record_fqdns"]) == set(stack.all("aws_route53_record"))
    assert stack.follow(stack.json["output"]["arn"]["value"]) == "Tls/Validation"


def test_names_that_share_a_proof_have_one_record(synth: Synth) -> None:
    stack = synth(lambda scope: certificate(scope, f"*.{DOMAIN}", DOMAIN, "*.other.example.com"))
    body = stack.only("aws_acm_certificate")
    assert body["subject_alternative_names"] == [f"*.{DOMAIN}", "*.other.example.com"]
    assert proofs(stack) == {
        f"Tls/Proof-{DOMAIN}": DOMAIN,
        # ACM's option bears the name as it was asked for, star and all.
        "Tls/Proof-other.example.com": "*.other.example.com",
    }


def test_everything_is_made_by_the_provider_of_its_region(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        provider = aws_provider(scope, region="us-east-1", account_id=ACCOUNT, tags={}, alias="global")
        Certificate(scope, "Tls", domain=DOMAIN, zone_id=ZONE, provider=provider)

    stack = synth(build)
    assert {stack.only(kind)["provider"] for kind in KINDS} == {"aws.global"}


def test_fails_when_the_first_name_is_too_long(synth: Synth) -> None:
    longest = "a" * 52 + ".example.com"
    synth(lambda scope: certificate(scope, domain=longest))
    with pytest.raises(ValueError, match=r"has 65 characters; ACM takes 64 .* as alternative \(ACM user"):
        synth(lambda scope: certificate(scope, domain=f"a{longest}"))


def test_fails_when_it_has_too_many_names(synth: Synth) -> None:
    names = [f"n{index}.example.com" for index in range(10)]
    synth(lambda scope: certificate(scope, *names[1:]))
    with pytest.raises(ValueError, match=r"has 11 names; ACM takes 10: use a wildcard"):
        synth(lambda scope: certificate(scope, *names))
