/**
 * Tests of the deploy folder: the manifests, the image. Those that need a program beside the JDK, a
 * container engine or kubectl, carry the tag {@code containers} and run in the profile of that
 * name.
 */
@NullMarked
package dev.dolmen.deploy;

import org.jspecify.annotations.NullMarked;
