package dev.dolmen.server.config;

/**
 * A key of a configuration, from file or environment, whose value is not the default.
 *
 * @param key as in the file
 * @param value what was given; empty where it is free text, which may be secret
 * @param byDefault what it would be otherwise
 */
public record ChangedKey(String key, String value, String byDefault) {}
