/** Tests of fids. */
@NullMarked
package dev.dolmen.parameterstore.fid;

import org.jspecify.annotations.NullMarked;
