/** Tests of what follows cheaply from the log. */
@NullMarked
package dev.dolmen.trainer.stream;

import org.jspecify.annotations.NullMarked;
