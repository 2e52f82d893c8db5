"""S3: bucket configurations that moto does not know.

Moto 5.2.5 takes a request for a sub-resource that it does not know for one of the bucket itself: PUT tries to
create the bucket, GET lists its objects. So metrics, analytics, tiering and the payer of requests are kept
here, and the others refused.
"""

from dataclasses import dataclass
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult, EmptyResult
from moto.s3.exceptions import S3ClientError
from moto.s3.responses import S3Response

from operations.local.moto_extension.adopt import adopt

_bucket_response = S3Response._bucket_response


@dataclass(frozen=True)
class Kind:
    """Configurations that a bucket has several of, by id."""

    name: str

    @property
    def single(self) -> str:
        return f"{self.name}Configuration"

    def action(self, method: str, one: bool) -> str:
        verb = {"GET": "Get" if one else "List", "PUT": "Put", "DELETE": "Delete"}[method]
        return f"{verb}Bucket{self.single}{'s' if verb == 'List' else ''}"


KINDS = {
    "analytics": Kind("Analytics"),
    "intelligent-tiering": Kind("IntelligentTiering"),
    "metrics": Kind("Metrics"),
}
PAYER = "requestPayment"
REFUSED = {"abac", "metadataConfiguration", "metadataTable", "session"}


def install() -> None:
    """Register the fixes."""
    adopt(S3Response, Responses)


class NoSuchConfiguration(S3ClientError):
    """No configuration has this id."""

    code = "NoSuchConfiguration"
    message = "The specified configuration does not exist."


class Responses(S3Response):
    """What AWS answers."""

    def _bucket_response(self, request: Any, full_url: str) -> str | TYPE_RESPONSE:
        query = self._get_querystring(request, full_url)
        bucket_name = self.parse_bucket_name_from_url(request, full_url)
        if refused := REFUSED & set(query):
            raise NotImplementedError(f"the bucket's sub-resource {', '.join(refused)}")
        if bucket_name and PAYER in query:
            return self._request_payment(request, bucket_name)
        for key, kind in KINDS.items():
            if bucket_name and key in query:
                return self._configuration(request, bucket_name, kind, (query.get("id") or [""])[0])
        return _bucket_response(self, request, full_url)

    def _configuration(self, request: Any, bucket_name: str, kind: Kind, id_: str) -> TYPE_RESPONSE:
        self.data["Action"] = kind.action(request.method, one=bool(id_))
        bucket = vars(self.backend.get_bucket(bucket_name))
        kept: dict[str, Any] = bucket.setdefault("configurations_by_id", {}).setdefault(kind.name, {})
        if request.method == "PUT":
            self.parse_parameters(request)
            kept[id_] = dict(self.params)[kind.single]
            return self.serialized(EmptyResult())
        if not id_:
            found = {"IsTruncated": False, f"{kind.single}List": list(kept.values())}
            return self.serialized(ActionResult(found))
        if id_ not in kept:
            raise NoSuchConfiguration
        if request.method == "DELETE":
            del kept[id_]
            return self.serialized(EmptyResult())
        return self.serialized(ActionResult({kind.single: kept[id_]}))

    def _request_payment(self, request: Any, bucket_name: str) -> TYPE_RESPONSE:
        bucket = vars(self.backend.get_bucket(bucket_name))
        if request.method == "PUT":
            self.data["Action"] = "PutBucketRequestPayment"
            self.parse_parameters(request)
            bucket["request_payer"] = dict(self.params)["RequestPaymentConfiguration"]["Payer"]
            return self.serialized(EmptyResult())
        self.data["Action"] = "GetBucketRequestPayment"
        return self.serialized(ActionResult({"Payer": bucket.get("request_payer", "BucketOwner")}))
