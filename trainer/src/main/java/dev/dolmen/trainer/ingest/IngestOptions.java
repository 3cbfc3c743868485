package dev.dolmen.trainer.ingest;

/**
 * Bounds of what is taken from publishers.
 *
 * @param maxItems items of the catalogue at most; an insert beyond is refused
 * @param maxItemsBytes of the heap that they take at most
 * @param deduplicationEvents events whose ids are remembered, the last ones
 * @param deduplicationAgeSec seconds for which they are, if there are no more
 * @param maxQueuedImpressions impressions at most that wait to be logged
 */
public record IngestOptions(
    int maxItems,
    long maxItemsBytes,
    int deduplicationEvents,
    long deduplicationAgeSec,
    int maxQueuedImpressions) {}
