/**
 * From what a snapshot holds to what the configuration asks for: {@link
 * dev.dolmen.trainer.migration.Migration} says what a start keeps, changes and drops, and does it.
 * Schemas and shapes of models are read as manifests hold them. Used at a start, by the thread that
 * reads the snapshot; nothing here is kept.
 */
@NullMarked
package dev.dolmen.trainer.migration;

import org.jspecify.annotations.NullMarked;
