"""A client for Dolmen: a connection with deadlines and retries, and the generated messages and stubs in dolmen.v1."""

import json
import pkgutil
import uuid
from datetime import datetime, timezone

import google
import grpc

# protobuf and the generated google.api lie in different folders.
google.__path__ = pkgutil.extend_path(google.__path__, "google")

from google.protobuf import timestamp_pb2  # noqa: E402
from dolmen.v1 import catalog_pb2_grpc, event_pb2, feedback_pb2_grpc, recommendation_pb2_grpc  # noqa: E402

# Questions, and events, whose ids make one of them however often they come; never a change of the catalog.
_RETRIES = {
    "methodConfig": [
        {
            "name": [
                {"service": "dolmen.v1.RecommendationService"},
                {"service": "dolmen.v1.FeedbackService", "method": "PublishBatch"},
                {"service": "dolmen.v1.CatalogService", "method": "GetItem"},
                {"service": "dolmen.v1.CatalogService", "method": "ListItems"},
                {"service": "dolmen.v1.CatalogService", "method": "GetSchema"},
            ],
            "retryPolicy": {
                "maxAttempts": 3,
                "initialBackoff": "0.05s",
                "maxBackoff": "0.5s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
    "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1},
}


class Dolmen:
    """A connection to a server. May be shared by threads; close it in the end.

    Stubs: catalog, feedback, recommendations. Pass `timeout` (seconds) and, for a server that asks for a key,
    `metadata=client.metadata` with each call.
    """

    def __init__(self, target, key=None, credentials=None):
        options = [
            ("grpc.service_config", json.dumps(_RETRIES)),
            ("grpc.enable_retries", 1),
            ("grpc.max_receive_message_length", 64 << 20),
        ]
        self._channel = (
            grpc.insecure_channel(target, options)
            if credentials is None
            else grpc.secure_channel(target, credentials, options)
        )
        self.metadata = [] if key is None else [("authorization", "Bearer " + key)]
        self.catalog = catalog_pb2_grpc.CatalogServiceStub(self._channel)
        self.feedback = feedback_pb2_grpc.FeedbackServiceStub(self._channel)
        self.recommendations = recommendation_pb2_grpc.RecommendationServiceStub(self._channel)

    def close(self):
        """Ends the connection."""
        self._channel.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def event(session_id, item_id, kind=event_pb2.EVENT_TYPE_CLICK, request_id=""):
    """What a visitor did just now, with an id of its own: sent again after a failure, it is learned once."""
    now = timestamp_pb2.Timestamp()
    now.FromDatetime(datetime.now(timezone.utc))
    return event_pb2.FeedbackEvent(
        event_id=str(uuid.uuid4()),
        session_id=session_id,
        item_id=item_id,
        type=kind,
        time=now,
        request_id=request_id,
    )
