package dev.dolmen.server.api;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.trainer.history.RecentImpressions;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.ListImpressionsRequest;
import dev.dolmen.v1.ListImpressionsResponse;
import dev.dolmen.v1.ShownAnswer;
import dev.dolmen.v1.ShownItem;
import java.util.List;
import java.util.Set;

/** What a visit was shown, as callers are told. Any thread. */
final class VisitHistory {
  private static final int SESSION_ID_BYTES_MAX = 256;
  private static final int PAGE_MAX = 100;
  private static final int PAGE_USUAL = 20;

  private final RecentImpressions shown;

  VisitHistory(RecentImpressions shown) {
    this.shown = shown;
  }

  /**
   * Answers a request.
   *
   * @throws InvalidRequestException naming field, value and expectation
   */
  ListImpressionsResponse of(ListImpressionsRequest request) {
    Fields.text("session_id", request.getSessionId(), SESSION_ID_BYTES_MAX);
    int page = request.getPageSize();
    if (page < 0 || page > PAGE_MAX) {
      throw Fields.invalid(
          "page_size", Integer.toUnsignedString(page) + ", expected 0 to " + PAGE_MAX);
    }
    ListImpressionsResponse.Builder answer = ListImpressionsResponse.newBuilder();
    shown
        .of(request.getSessionId(), page == 0 ? PAGE_USUAL : page)
        .forEach(one -> answer.addImpressions(message(one.impression(), one.events())));
    // After they were read: what leaves meanwhile is not claimed to be there.
    return answer.setSince(Timestamps.fromMillis(shown.sinceMs())).build();
  }

  private static ShownAnswer message(Impression impression, List<Set<EventType>> events) {
    ShownAnswer.Builder answer =
        ShownAnswer.newBuilder()
            .setRequestId(impression.getRequestId())
            .setTime(impression.getTime())
            .setRanker(impression.getRanker())
            .setExperiment(impression.getExperiment())
            .setArm(impression.getArm())
            .setModelVersion(impression.getModelVersion());
    for (int i = 0; i < impression.getItemIdCount(); i++) {
      ShownItem.Builder item = answer.addItemsBuilder().setItemId(impression.getItemId(i));
      if (i < impression.getScoreCount()) {
        item.setScore(impression.getScore(i));
      }
      item.addAllEvents(events.get(i));
    }
    return answer.build();
  }
}
