package dev.dolmen.parameterstore.archive;

import java.time.Instant;

/**
 * What a store lists of an object.
 *
 * @param key its name
 * @param bytes its size
 * @param modified when it was put, by the store's clock
 */
public record StoredObject(String key, long bytes, Instant modified) {}
