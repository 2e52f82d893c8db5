"""S3.

Moto 5.2.5 keeps only parts of two bucket configurations and answers with constants for the rest: of a
lifecycle it loses NewerNoncurrentVersions and filters by object size, of a replication the filter, the delete
markers, the source selection and existing objects. The Terraform provider waits minutes to see what it wrote.

Here a configuration is kept as the request said it, parsed with AWS's own model, and answered like that.
"""

from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult
from moto.s3.exceptions import NoSuchLifecycleConfiguration, ReplicationConfigurationNotFoundError
from moto.s3.responses import S3Response

from operations.local.moto_extension.adopt import adopt

DEFAULT_MINIMUM_SIZE = "all_storage_classes_128K"

_bucket_response_put = S3Response._bucket_response_put


def install() -> None:
    """Register the fixes."""
    adopt(S3Response, Responses)


class Responses(S3Response):
    """What AWS answers."""

    def _bucket_response_put(
        self, request: Any, bucket_name: str, querystring: dict[str, Any]
    ) -> str | TYPE_RESPONSE:
        answer = _bucket_response_put(self, request, bucket_name, querystring)
        if "lifecycle" in querystring:
            return self._keep_lifecycle(request, bucket_name)
        if "replication" in querystring:
            self._keep_replication(request, bucket_name)
        return answer

    def _keep_lifecycle(self, request: Any, bucket_name: str) -> TYPE_RESPONSE:
        parsed = self._parsed(request, "PutBucketLifecycleConfiguration")
        size = parsed.get("TransitionDefaultMinimumObjectSize", DEFAULT_MINIMUM_SIZE)
        vars(self.backend.get_bucket(bucket_name))["lifecycle_as_put"] = {
            "Rules": parsed.get("LifecycleConfiguration", {}).get("Rules", []),
            "TransitionDefaultMinimumObjectSize": size,
        }
        return self.serialized(ActionResult({"TransitionDefaultMinimumObjectSize": size}))

    def _keep_replication(self, request: Any, bucket_name: str) -> None:
        parsed = self._parsed(request, "PutBucketReplication")["ReplicationConfiguration"]
        bucket = self.backend.get_bucket(bucket_name)
        # Moto has just made up the ids that the request left out.
        for rule, stored in zip(parsed["Rules"], vars(bucket)["replication"]["Rule"], strict=True):
            rule.setdefault("ID", stored["ID"])
        vars(bucket)["replication_as_put"] = parsed

    def get_bucket_lifecycle(self) -> TYPE_RESPONSE:
        self.data["Action"] = "GetBucketLifecycleConfiguration"
        if not self.backend.get_bucket_lifecycle(self.bucket_name):
            raise NoSuchLifecycleConfiguration(bucket_name=self.bucket_name)
        bucket = self.backend.get_bucket(self.bucket_name)
        return self.serialized(ActionResult(vars(bucket)["lifecycle_as_put"]))

    def get_bucket_replication(self) -> str | TYPE_RESPONSE:
        self.data["Action"] = "GetBucketReplication"
        if not self.backend.get_bucket_replication(self.bucket_name):
            raise ReplicationConfigurationNotFoundError(bucket_name=self.bucket_name)
        bucket = self.backend.get_bucket(self.bucket_name)
        return self.serialized(ActionResult({"ReplicationConfiguration": vars(bucket)["replication_as_put"]}))

    def _parsed(self, request: Any, action: str) -> dict[str, Any]:
        """The request's parameters by the names of AWS's model."""
        self.data["Action"] = action
        self.parse_parameters(request)
        return dict(self.params)
