package dev.dolmen.server.api;

import dev.dolmen.server.index.CellKeeper;
import dev.dolmen.server.index.RecallSample;
import dev.dolmen.v1.SearchStatus;
import dev.dolmen.v1.StatusResponse;

/** What the status says of how items are found. */
final class SearchFigures {
  private final CellKeeper cells;
  private final RecallSample recall;

  SearchFigures(CellKeeper cells, RecallSample recall) {
    this.cells = cells;
    this.recall = recall;
  }

  void addTo(StatusResponse.Builder response) {
    if (cells.isKept()) {
      response.putMemoryBytes("cells", cells.bytes());
      response.setSearch(
          SearchStatus.newBuilder()
              .setCells(cells.count())
              .setUpkeepPasses(cells.passes())
              .setSearches(recall.searches())
              .setCompared(recall.sampled())
              .setRecall(recall.recall()));
    }
  }
}
