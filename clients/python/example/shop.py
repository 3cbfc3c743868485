"""A shop's backend: tells the server its products and clicks, and asks what to show. Run with HOST:PORT of a server."""

import sys
import time

import dolmen
from dolmen.v1 import feedback_pb2, item_pb2, catalog_pb2, recommendation_pb2


class Shop:
    """One for the whole process."""

    def __init__(self, client):
        self._client = client

    def on_sale(self, item_id, category, price):
        """A product is on sale: it can be recommended from here on."""
        item = item_pb2.Item(item_id=item_id)
        item.slots["category"].path.token.extend(category)
        item.slots["price"].number = price
        answer = self._client.catalog.UpsertItemsBatch(
            catalog_pb2.UpsertItemsRequest(items=[item]), timeout=10, metadata=self._client.metadata
        )
        if answer.rejected:
            raise ValueError(answer.errors[0].message)

    def on_click(self, visit, item_id, request_id):
        """A visitor clicked: acknowledged once the click is safe, learned a moment later."""
        answer = self._client.feedback.PublishBatch(
            feedback_pb2.PublishRequest(events=[dolmen.event(visit, item_id, request_id=request_id)]),
            timeout=10,
            metadata=self._client.metadata,
        )
        known = (feedback_pb2.Acknowledgement.STATUS_ACCEPTED, feedback_pb2.Acknowledgement.STATUS_DUPLICATE)
        if answer.acknowledgements[0].status not in known:
            raise ValueError(answer.acknowledgements[0].message)

    def show(self, visit, k):
        """What to show next on this visit, and why."""
        request = recommendation_pb2.RecommendRequest(k=k, explain=True)
        request.session.session_id = visit
        return self._client.recommendations.Recommend(request, timeout=10, metadata=self._client.metadata)


def main(target):
    with dolmen.Dolmen(target) as client:
        shop = Shop(client)
        kettles = ["home", "kitchen", "kettles"]
        shop.on_sale("python-kettle-1", kettles, 59)
        shop.on_sale("python-kettle-2", kettles, 39)
        shop.on_sale("python-rug-1", ["home", "living", "rugs"], 180)
        first = shop.show("python-visit", 3)
        shop.on_click("python-visit", "python-kettle-1", first.request_id)
        answer = shop.show("python-visit", 3)
        while answer.session_events_used == 0:  # Until the click's batch is learned.
            time.sleep(0.05)
            answer = shop.show("python-visit", 3)
        for item in answer.items:
            total = sum(part.value for part in item.explanation.parts)
            if total != item.score:
                raise AssertionError(f"{item.item_id}: parts add up to {total}, the score is {item.score}")
            print(f"{item.item_id}  {item.score:.3f}  {item.explanation.reason} {item.explanation.about}".rstrip())
        if "python-kettle-1" in [item.item_id for item in answer.items]:
            raise AssertionError("what the visit has seen comes back")


if __name__ == "__main__":
    main(sys.argv[1])
