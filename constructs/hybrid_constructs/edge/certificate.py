"""TLS certificates of ACM that prove and renew themselves by DNS."""

from collections.abc import Sequence

from cdktf import TerraformProvider, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct

LONGEST_COMMON_NAME = 64
"""Characters of a certificate's first name (ACM user guide, "Public certificates", "Domain names")."""

MOST_NAMES = 10
"""Names of one certificate, before a quota increase (ACM user guide, "Quotas")."""

_TTL_SECONDS = 300


class Certificate(Construct):
    """A validated certificate for `domain` and `alternatives`, names of the hosted zone `zone_id`.

    ACM proves a name by the same record in every region of an account, and uses it for each renewal. So two
    stacks may write one record: it may be overwritten, and is there again after the next apply of the stack
    that remains.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        domain: str,
        alternatives: Sequence[str] = (),
        zone_id: str,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        names = list(dict.fromkeys((domain, *alternatives)))
        _check(domain, names)
        certificate = AcmCertificate(
            self,
            "Certificate",
            domain_name=domain,
            subject_alternative_names=names[1:] or None,
            validation_method="DNS",
            # A listener or a distribution uses the old one until it has the new one.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            provider=provider,
        )
        options = (
            f"{{for option in {certificate.fqn}.domain_validation_options : option.domain_name => option}}"
        )
        records = [
            self._record(host, f'{options}["{name}"]', zone_id, provider)
            for host, name in _proofs(names).items()
        ]
        self.arn = AcmCertificateValidation(
            self,
            "Validation",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn for record in records],
            provider=provider,
        ).certificate_arn
        """Known once the certificate is issued, so that nothing uses it before."""

    def _record(
        self, host: str, option: str, zone_id: str, provider: TerraformProvider | None
    ) -> Route53Record:
        return Route53Record(
            self,
            f"Proof-{host}",
            zone_id=zone_id,
            name=f"${{{option}.resource_record_name}}",
            type=f"${{{option}.resource_record_type}}",
            records=[f"${{{option}.resource_record_value}}"],
            ttl=_TTL_SECONDS,
            allow_overwrite=True,
            provider=provider,
        )


def _proofs(names: Sequence[str]) -> dict[str, str]:
    """A name by the host that proves it: `*.a.com` and `a.com` have one record (ACM, "DNS validation")."""
    return {name.removeprefix("*."): name for name in reversed(names)}


def _check(domain: str, names: Sequence[str]) -> None:
    if len(domain) > LONGEST_COMMON_NAME:
        raise ValueError(
            f"domain {domain} has {len(domain)} characters; ACM takes {LONGEST_COMMON_NAME} for the first "
            "name: give a shorter name first and this one as alternative (ACM user guide, Domain names)"
        )
    if len(names) > MOST_NAMES:
        raise ValueError(
            f"certificate of {domain} has {len(names)} names; ACM takes {MOST_NAMES}: use a wildcard or a "
            "second certificate (ACM user guide, Quotas)"
        )
