/**
 * Tests of the whole: what the architecture and the conventions say about the direction of
 * dependencies, the clock, null and the network. They live in loadtest because only loadtest sees
 * every module.
 */
@NullMarked
package dev.dolmen.architecture;

import org.jspecify.annotations.NullMarked;
