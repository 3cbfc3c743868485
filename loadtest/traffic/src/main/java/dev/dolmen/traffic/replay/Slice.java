package dev.dolmen.traffic.replay;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.traffic.generator.ValidationTotals;

/**
 * Figures of one slice of time.
 *
 * @param label when
 * @param part index of the file
 * @param events events published
 * @param seconds time until they were learned
 * @param validation what progressive validation found
 */
record Slice(String label, int part, long events, double seconds, ValidationTotals validation) {
  JsonReport json(String file) {
    return new JsonReport()
        .put("slice", label)
        .put("file", file)
        .put("events", events)
        .put("seconds", seconds)
        .put("predictions", validation.predictions())
        .put("recall@20", validation.recall())
        .put("mrr@20", validation.mrr())
        .put("popularity_recall@20", validation.popularityRecall())
        .put("popularity_mrr@20", validation.popularityMrr());
  }
}
