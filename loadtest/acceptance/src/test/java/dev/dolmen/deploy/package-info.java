/**
 * Tests of the deploy folder: the manifests, the image. Those that need a program beside the JDK, a
 * container engine or kubectl, carry the tag {@code containers} and run in the profile of that
 * name; a cluster in containers, which takes a minute or more, has the tag {@code
 * cluster-containers} and runs there, too.
 */
@NullMarked
package dev.dolmen.deploy;

import org.jspecify.annotations.NullMarked;
