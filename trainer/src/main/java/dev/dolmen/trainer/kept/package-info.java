/**
 * What could be computed again, kept on disk so that a start need not: {@link
 * dev.dolmen.trainer.kept.KeptPart}. Nothing here is part of the state: a folder that is missing,
 * damaged or of another moment costs time and nothing else. Depends on the parameter store, whose
 * files it uses.
 */
@NullMarked
package dev.dolmen.trainer.kept;

import org.jspecify.annotations.NullMarked;
