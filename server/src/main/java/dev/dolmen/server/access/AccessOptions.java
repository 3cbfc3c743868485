package dev.dolmen.server.access;

/**
 * How a server knows its callers.
 *
 * @param keysFile with API keys; empty for {@code keys} in the data directory, if that is there
 */
public record AccessOptions(String keysFile) {}
